"""One module per command: ``configure(parser)`` declares the arguments, ``run(arguments)`` gives the exit code."""

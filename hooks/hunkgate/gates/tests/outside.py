"""What code outside the project calls by itself, without the project naming it."""

# Bases whose code calls no method of a subclass, or only ones with underscores.
PLAIN_BASES = frozenset(
    {
        "ABC",
        "BaseException",
        "Exception",
        "Generic",
        "NamedTuple",
        "Protocol",
        "TypedDict",
        "ArithmeticError",
        "AssertionError",
        "AttributeError",
        "ImportError",
        "IndexError",
        "KeyError",
        "LookupError",
        "NotImplementedError",
        "OSError",
        "RuntimeError",
        "StopIteration",
        "TypeError",
        "UserWarning",
        "ValueError",
        "Warning",
        "DeprecationWarning",
        "bool",
        "bytes",
        "float",
        "int",
        "object",
        "str",
        "tuple",
    }
)

# What pytest, and each distribution whose plugin a project names, imports in every run: a fault in one of these can break every
# test, whether the test reaches it or not. ``''` stands for pytest itself; the rest is found in the project's configuration.
BENEATH = {
    "": ("_pytest", "colorama", "exceptiongroup", "iniconfig", "pluggy", "pygments", "pytest", "tomli"),
    # Read where the configuration asks for a version of pytest or for plugins.
    "minversion": ("packaging",),
    "required_plugins": ("packaging",),
    "anyio": ("anyio", "idna", "sniffio"),
    "hypothesis": ("hypothesis", "sortedcontainers"),
    "pytest-asyncio": ("pytest_asyncio",),
    "pytest-cov": ("coverage",),
    "pytest-django": ("django",),
    "pytest-flask": ("blinker", "click", "flask", "itsdangerous", "jinja2", "markupsafe", "werkzeug"),
    "pytest-html": ("jinja2", "markupsafe"),
    "pytest-httpserver": ("markupsafe", "werkzeug"),
    "pytest-httpx": ("anyio", "certifi", "h11", "httpcore", "httpx", "idna"),
    "pytest-mypy-plugins": ("attr", "attrs", "jinja2", "jsonschema", "markupsafe", "referencing", "yaml"),
    "pytest-rerunfailures": ("packaging",),
    "pytest-trio": ("attr", "attrs", "idna", "outcome", "sniffio", "sortedcontainers", "trio"),
    "pytest-xdist": ("execnet",),
    "syrupy": ("syrupy",),
}  # fmt: skip

# Methods that the standard library calls on any object that has them (duck typing), by what they belong to.
_DUCK = frozenset(
    name
    for names in (
        # io
        "close closed detach fileno flush getvalue isatty peek read read1 readable readall readinto readline readlines",
        "seek seekable tell truncate writable write writelines encoding errors buffer mode newlines name",
        # mappings, generators
        "get items keys send throw aclose asend athrow",
        # logging takes any object with one of these
        "emit filter handle",
        # asyncio
        "connection_made connection_lost data_received eof_received datagram_received error_received",
        "pause_writing resume_writing",
        # the import machinery
        "find_spec find_module find_loader create_module exec_module load_module get_code get_source get_data",
        "get_filename is_package module_repr invalidate_caches find_distributions locate_file",
        # test classes
        "setUp tearDown setUpClass tearDownClass asyncSetUp asyncTearDown runTest",
        "setup teardown setup_method teardown_method setup_class teardown_class setup_module teardown_module",
        "setup_function teardown_function",
        # enumerations
        "_missing_ _generate_next_value_ _ignore_",
    )
    for name in names.split()
)


def calls(name: str) -> bool:
    """Whether code outside may call a method of this name on an object of ours: protocols, test methods, hooks."""
    return (
        (name.startswith("__") and name.endswith("__"))
        or name in _DUCK
        or name.startswith(("test", "pytest_"))
    )

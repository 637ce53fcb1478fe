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

# Names with underscores that Python, its library or a widespread protocol of others calls; any further one is a project's own.
PYTHON = frozenset(
    f"__{name}__"
    for names in (
        # objects, attributes, descriptors, classes, copies
        "new init del repr str bytes format hash bool eq ne lt le gt ge dir doc dict slots weakref module name qualname",
        "getattr getattribute setattr delattr get set delete set_name objclass init_subclass subclasses mro mro_entries",
        "prepare instancecheck subclasscheck subclasshook class class_getitem bases base annotations annotate wrapped",
        "type_params orig_bases orig_class parameters args origin defaults kwdefaults code closure globals func self",
        "reduce reduce_ex getstate setstate getnewargs getnewargs_ex copy deepcopy replace sizeof match_args static_attributes",
        "firstlineno post_init dataclass_fields dataclass_params abstractmethods isabstractmethod members signature",
        "text_signature builtins conditional_annotations",
        # calls, containers, iteration, numbers
        "call len length_hint getitem setitem delitem missing iter reversed contains next index int float complex round trunc",
        "floor ceil pos neg abs invert divmod rdivmod pow rpow ipow buffer release_buffer fspath hex oct",
        *(
            f"{one} r{one} i{one}"
            for one in [
                "add",
                "sub",
                "mul",
                "matmul",
                "truediv",
                "floordiv",
                "mod",
                "lshift",
                "rshift",
                "and",
                "or",
                "xor",
            ]
        ),
        # with, async, exceptions, modules
        "enter exit aenter aexit await aiter anext cause context suppress_context traceback notes path file spec loader",
        "package cached all main import version author",
        # protocols of widespread libraries
        "html html_format json array array_interface array_struct array_wrap array_function array_ufunc array_priority",
        "arrow_array dataframe attrs_attrs attrs_post_init attrs_pre_init attrs_init get_pydantic_core_schema",
        "get_pydantic_json_schema get_validators pydantic_init_subclass pretty clause_element table_args mapper_args",
        "tablename composite_values test tracebackhide provides conform",
    )
    for name in names.split()
)

# Modules of the standard library in which projects put objects of their own: what an attribute of theirs has is not known.
SHARED = frozenset(
    [
        "builtins",
        "codecs",
        "contextvars",
        "gc",
        "importlib",
        "inspect",
        "logging",
        "multiprocessing",
        "queue",
        "signal",
        "site",
        "socketserver",
        "sys",
        "threading",
        "types",
        "unittest",
        "warnings",
        "weakref",
    ]
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
    "pytest-mypy-plugins": ("attr._funcs", "attr._make", "attr._next_gen", "jinja2", "jsonschema", "markupsafe", "referencing", "yaml"),
    "pytest-rerunfailures": ("packaging",),
    "pytest-trio": ("attr._funcs", "attr._make", "attr._next_gen", "idna", "outcome", "sniffio", "sortedcontainers", "trio"),
    "pytest-xdist": ("execnet",),
    "syrupy": ("syrupy",),
}  # fmt: skip

# Those of them that make something of the attributes all the same: fields, keys, what a class still lacks.
BUILDING_BASES = frozenset({"ABC", "NamedTuple", "Protocol", "TypedDict"})

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
        # cookie jars, sockets
        "add_unredirected_header get_all get_full_url get_header has_header header_items info is_unverifiable",
        "getpeername getsockname makefile recv recv_into sendall setsockopt settimeout",
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

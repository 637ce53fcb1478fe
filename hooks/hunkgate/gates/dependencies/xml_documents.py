"""XML as its elements: expat's events. A document type is refused, so that no entity unfolds and none reads another file."""

from collections.abc import Iterator, Mapping

from hunkgate.gates.dependencies.dependency import UnreadableError
from hunkgate.gates.dependencies.documents import DEPTH


class Element:
    """An element of an XML document: its name without a namespace, its attributes, its text, its children, its 1-based line."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.text = ""
        self.children: list[Element] = []

    def all(self, name: str) -> "Iterator[Element]":
        """The children of this name."""
        return (child for child in self.children if child.name == name)

    def child(self, name: str) -> "Element | None":
        """The one child of this name. Raises UnreadableError where there are several: readers differ in which of them they take."""
        found = list(self.all(name))
        if len(found) > 1:
            raise UnreadableError(f"<{name}> stands twice in <{self.name}>", line=found[1].line)
        return found[0] if found else None

    def value(self, name: str) -> str:
        """The text of the one child of this name, '' where there is none. Raises UnreadableError where there are several."""
        child = self.child(name)
        return child.text.strip() if child else ""


def read(content: bytes) -> Element:
    """The root of an XML document. Raises UnreadableError, for a document type too: the entities that one declares unfold without
    end or read other files, and no build file needs any.
    """
    from xml.parsers import expat

    open_elements = [Element("", {}, 0)]
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def refused(*_: object) -> None:
        raise UnreadableError("a document type is not read", line=parser.CurrentLineNumber)

    def started(name: str, attributes: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        if len(open_elements) > DEPTH:
            raise UnreadableError(f"not read: nested deeper than {DEPTH}", line=line)
        element = Element(name.rpartition("}")[2], attributes, line)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def ended(_: str) -> None:
        open_elements.pop()

    def told(text: str) -> None:
        open_elements[-1].text += text

    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = told
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableError(f"not XML: {error}", line=error.lineno) from error
    except (ValueError, LookupError) as error:  # an encoding that Python does not know
        raise UnreadableError(f"not XML: {error}") from error
    return open_elements[0].children[0]

"""YAML as a graph of nodes, without anchors and not too deep. Counterpart: `checked_yaml`."""

from collections.abc import Callable, Iterator

import yaml

MAX_DEPTH = 40
Report = Callable[..., None]


def composed(text: str, mistake: Report) -> yaml.Node | None:
    """The node graph without aliases, or None after telling what is wrong with the YAML itself."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                mistake(
                    _line(event),
                    "anchor",
                    "anchors and aliases (& and *) are not allowed",
                    "write the text out where it is used",
                )
                return None
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                mistake(_line(event), "too-deep", "lists are nested too deep", "look for stray [")
                return None
        root = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        mistake(
            mark.line + 1 if mark else 1,
            "yaml",
            f"this is not YAML: {error.problem or error.context}",
            "check the indentation, and put text with ': ' or ' #' in it in quotes",
        )
        return None
    except yaml.YAMLError as error:
        mistake(1, "yaml", f"this is not YAML: {str(error).splitlines()[0]}", "save it as text")
        return None
    if root is None:
        mistake(1, "empty", "the file is empty", "bring the last good one back")
    return root


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def words(node: yaml.Node) -> Iterator[str]:
    """Every single value in a node, however deep."""
    if isinstance(node, yaml.ScalarNode):
        yield node.value
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from words(each)
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for each in pair:
                yield from words(each)

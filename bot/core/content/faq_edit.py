"""Writing a phrasing into the text of faq.yaml, every comment and line around it untouched."""

import json

import msgspec

from bot.core.checked_yaml import Mistake, line_of
from bot.core.content.faq import read_faq


def with_phrasing(
    text: str, path: str, topic_id: str, phrasing: str
) -> tuple[str | None, list[Mistake]]:
    """The file's text with one more phrasing for a topic, or why that cannot be."""
    faq, mistakes = read_faq(text, path)
    if faq is None:
        return None, mistakes

    def refused(line: int, code: str, message: str, hint: str = "") -> tuple[None, list[Mistake]]:
        mistake = Mistake(path=path, line=line, code=code, message=message, hint=hint)
        return None, [mistake]

    topic = next((each for each in faq.topics if each.id == topic_id), None)
    if topic is None:
        known = ", ".join(each.id for each in faq.topics)
        return refused(1, "no-topic", f"no topic '{topic_id}'", f"known here: {known}")
    wanted = " ".join(phrasing.split())
    lines = text.splitlines(keepends=True)
    place = line_of(topic.phrasings[0]) - 1
    indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
    lines.insert(place, f"{indent}- {json.dumps(wanted, ensure_ascii=False)}\n")
    changed = "".join(lines)
    new, mistakes = read_faq(changed, path)
    if new is None:
        return None, mistakes
    expected = msgspec.structs.replace(topic, phrasings=(wanted, *topic.phrasings))
    same = [each for each in new.topics if each.id != topic.id]
    if new.topic(topic_id).phrasings != expected.phrasings or [each.phrasings for each in same] != [
        each.phrasings for each in faq.topics if each.id != topic.id
    ]:
        return refused(
            place + 1, "layout", "the phrasings do not stand one a line", "start each with '- '"
        )
    return changed, []

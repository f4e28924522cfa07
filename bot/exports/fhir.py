"""A case as FHIR R4: Questionnaire and QuestionnaireResponse, in one collection Bundle.

https://hl7.org/fhir/R4/questionnaireresponse.html: the response names the very version of the
questions that were asked. FHIR knows no `incomplete` and no `emergency`: both are `in-progress`.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from bot.core.model import Answer, Intake, IntakeStatus, Perspective
from bot.core.screening_form import Form, Question, label, stem

Json = dict[str, object]
NAME = "intake-screening"
HASHED = 12  # signs of the hash in a version
STATUS = {
    IntakeStatus.COMPLETED: "completed",
    IntakeStatus.AMENDED: "amended",
    IntakeStatus.IN_PROGRESS: "in-progress",
    IntakeStatus.INCOMPLETE: "in-progress",
    IntakeStatus.EMERGENCY: "in-progress",
}
RESTRICTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
    "code": "R",
    "display": "restricted",
}


def named(base: str, *path: str) -> str:
    """A name for ever: below `base`, the clinic's own address, or else a UUID made of the path."""
    if base:
        return "/".join((base.rstrip("/"), *path))
    return f"urn:uuid:{uuid5(NAMESPACE_URL, '/'.join((NAME, *path)))}"


def questionnaire_id(perspective: Perspective) -> str:
    """Whoever asks for someone else is asked in other words: a questionnaire of its own."""
    return f"{NAME}-{perspective.value}"


def canonical(base: str, perspective: Perspective = Perspective.SELF) -> str:
    """The name of the questionnaire for ever, whatever its version."""
    return named(base, "Questionnaire", questionnaire_id(perspective))


def questionnaire(form: Form, base: str, perspective: Perspective = Perspective.SELF) -> Json:
    """The questions as they were asked. The version changes with any word of them."""
    items = [_item(form, question, base, perspective) for question in form.questions]
    words = json.dumps(items, ensure_ascii=False, sort_keys=True).encode()
    return {
        "resourceType": "Questionnaire",
        "id": questionnaire_id(perspective),
        "url": canonical(base, perspective),
        "version": f"{form.version}-{sha256(words).hexdigest()[:HASHED]}",
        "name": "IntakeScreening",
        "title": "Intake screening",
        "status": "active",
        "subjectType": ["Patient"],
        "item": items,
    }


def pinned(asked: Json) -> str:
    """That very version, as a response names it."""
    return f"{asked['url']}|{asked['version']}"


def _item(form: Form, question: Question, base: str, perspective: Perspective) -> Json:
    return {
        "linkId": question.id,
        "text": stem(question, perspective),
        "type": "choice",
        "repeats": question.multi,
        "answerOption": [
            {"valueCoding": _coding(question, option.id, label(form, option, perspective), base)}
            for option in question.options
        ],
    }


def _coding(question: Question, code: str, words: str, base: str) -> Json:
    system = named(base, "CodeSystem", f"{NAME}-{question.id}")
    return {"system": system, "code": code, "display": words}


def questionnaire_response(
    intake: Intake, form: Form, base: str, asked: Json | None = None
) -> Json:
    """The answers that stand; retracted ones are not part of what the person says.

    `asked` is their questionnaire, where it is at hand.
    """
    asked = asked or questionnaire(form, base, intake.perspective)
    current: dict[str, Answer] = {}
    for each in intake.answers:
        if each.retracted_at is None:
            current[each.question] = each
    items = [
        {
            "linkId": question.id,
            "text": stem(question, intake.perspective),
            "answer": [
                {"valueCoding": _coding(question, code, _words(form, question, code, intake), base)}
                for code in current[question.id].options
            ],
        }
        for question in form.questions
        if question.id in current
    ]
    response: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": intake.case,
        "identifier": {"system": named(base, "cases"), "value": intake.case},
        "questionnaire": pinned(asked),
        "status": STATUS[intake.status],
        "authored": intake.filed_at.isoformat(timespec="seconds"),
    }
    return {**response, "item": items} if items else response


def _words(form: Form, question: Question, code: str, intake: Intake) -> str:
    option = question.option(code)
    return label(form, option, intake.perspective) if option else code


def as_fhir(cases: Sequence[tuple[Intake, Form]], base: str, notice: str) -> str:
    """All in a Bundle, marked as restricted: each questionnaire once, then the responses."""
    made: dict[tuple[int, Perspective], Json] = {}
    asked: dict[str, Json] = {}
    responses: list[Json] = []
    for intake, form in cases:
        key = (id(form), intake.perspective)
        if key not in made:
            made[key] = questionnaire(form, base, intake.perspective)
        asked.setdefault(pinned(made[key]), made[key])
        response = questionnaire_response(intake, form, base, made[key])
        response["meta"] = {"security": [RESTRICTED], "tag": [{"display": notice}]}
        responses.append(response)
    entries = [{"resource": each} for each in (*asked.values(), *responses)]
    bundle: Json = {"resourceType": "Bundle", "type": "collection"}
    if entries:
        bundle["entry"] = entries
    return json.dumps(bundle, ensure_ascii=False, indent=2) + "\n"

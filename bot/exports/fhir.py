"""A case as FHIR R4: Questionnaire and QuestionnaireResponse, in one collection Bundle.

https://hl7.org/fhir/R4/questionnaireresponse.html: the response names the very version of the
questions that were asked. FHIR knows no `incomplete` and no `emergency`: both are `in-progress`.
"""

import json

from bot.core.model import Answer, Intake, IntakeStatus, Perspective
from bot.core.screening_form import Form, Question, label, stem

Json = dict[str, object]
NAME = "intake-screening"
STATUS = {
    IntakeStatus.COMPLETED: "completed",
    IntakeStatus.AMENDED: "amended",
    IntakeStatus.IN_PROGRESS: "in-progress",
    IntakeStatus.INCOMPLETE: "in-progress",
    IntakeStatus.EMERGENCY: "in-progress",
}


def canonical(base: str) -> str:
    """The name of the questionnaire for ever, whatever its version."""
    return f"{base.rstrip('/')}/Questionnaire/{NAME}"


def questionnaire(form: Form, base: str, perspective: Perspective = Perspective.SELF) -> Json:
    """The questions as they were asked."""
    return {
        "resourceType": "Questionnaire",
        "id": NAME,
        "url": canonical(base),
        "version": str(form.version),
        "name": "IntakeScreening",
        "title": "Intake screening",
        "status": "active",
        "subjectType": ["Patient"],
        "item": [_item(form, question, base, perspective) for question in form.questions],
    }


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
    system = f"{base.rstrip('/')}/CodeSystem/{NAME}-{question.id}"
    return {"system": system, "code": code, "display": words}


def questionnaire_response(intake: Intake, form: Form, base: str) -> Json:
    """The answers that stand; retracted ones are not part of what the person says."""
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
        "identifier": {"system": f"{base.rstrip('/')}/cases", "value": intake.case},
        "questionnaire": f"{canonical(base)}|{form.version}",
        "status": STATUS[intake.status],
        "authored": intake.filed_at.isoformat(timespec="seconds"),
    }
    return {**response, "item": items} if items else response


def _words(form: Form, question: Question, code: str, intake: Intake) -> str:
    option = question.option(code)
    return label(form, option, intake.perspective) if option else code


def as_fhir(intake: Intake, form: Form, base: str, notice: str) -> str:
    """Both resources in a Bundle, marked as restricted."""
    response = questionnaire_response(intake, form, base)
    security = {
        "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
        "code": "R",
        "display": "restricted",
    }
    response["meta"] = {"security": [security], "tag": [{"display": notice}]}
    asked = questionnaire(form, base, intake.perspective)
    entries = [{"resource": asked}, {"resource": response}]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(bundle, ensure_ascii=False, indent=2) + "\n"

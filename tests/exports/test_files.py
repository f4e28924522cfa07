"""What leaves the house: files that open as what they are, and run nothing."""

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from bot.core.content import Content
from bot.core.model import (
    Answer,
    Answers,
    CaseCode,
    Contact,
    Intake,
    IntakeStatus,
    Level,
    OptionId,
    Perspective,
    QuestionId,
    RuleId,
)
from bot.core.screening import outcome
from bot.core.screening_form import Form, Text
from bot.exports.fhir import as_fhir, canonical, questionnaire, questionnaire_response
from bot.exports.record import CaseFile, Record, as_json
from bot.exports.table import as_csv
from bot.store.records_of_staff import KeptDecision, KeptNote

AT = datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC)
BASE = "https://clinic.example/fhir"
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


def intake(form: Form, status: IntakeStatus = IntakeStatus.COMPLETED, name: str = "Ro") -> Intake:
    chosen: Answers = {each.id: (each.usual.id,) for each in form.questions[:9]}
    old = Answer(
        question=QuestionId("danger-now"), options=(OptionId("not-sure"),), at=AT, retracted_at=AT
    )
    answers = (old, *(Answer(question=key, options=value, at=AT) for key, value in chosen.items()))
    return Intake(
        case=CaseCode("HTZ4-9QM"),
        status=status,
        perspective=Perspective.SELF,
        urgency=outcome(form, chosen).urgency,
        answers=answers,
        result=outcome(form, chosen),
        contact=Contact(name=name, reach="+1 555 0100"),
        consent=None,
        source="",
        content_version="abc",
        started_at=AT,
        filed_at=AT,
    )


def rows(text: str) -> list[Mapping[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", '=HYPERLINK("x")', "\uff1d1"]
)
def test_a_spreadsheet_never_runs_what_a_client_wrote(content: Content, name: str) -> None:
    [row] = rows(as_csv([intake(content.screening, name=name)], content.screening, NOTICE))
    assert row["name"] == f"'{name}"


def test_a_csv_has_a_column_for_each_question_and_no_retracted_answer(content: Content) -> None:
    text = as_csv([intake(content.screening)] * 2, content.screening, NOTICE)
    [row, _] = rows(text)
    assert row["danger-now"] == "none"
    assert row["reach"] == "'+1 555 0100"
    assert row["notice"] == NOTICE
    assert {each.id for each in content.screening.questions} <= set(row)


def test_json_reads_back_as_what_was_kept(content: Content) -> None:
    kept = intake(content.screening)
    note = KeptNote(at=AT, by="Ana", text="called, no answer")
    decision = KeptDecision(
        at=AT, by="Ana", rule=RuleId("P1"), suggested=Level.OUTPATIENT, decided=Level.IOP
    )
    case = CaseFile(
        intake=kept,
        filed_before=(kept,),
        state="contacted",
        assignee="Ana",
        follow_up=AT.date(),
        decisions=(decision,),
        notes=(note,),
    )
    record = msgspec.json.decode(as_json([case], NOTICE), type=Record)
    assert record == Record(notice=NOTICE, cases=(case,))


@pytest.mark.parametrize("perspective", [*Perspective])
def test_the_questions_are_a_valid_fhir_questionnaire(
    content: Content, perspective: Perspective
) -> None:
    found = Questionnaire.model_validate(questionnaire(content.screening, BASE, perspective))
    assert found.version is not None
    assert found.version.startswith(f"{content.screening.version}-")
    assert found.url == canonical(BASE, perspective)


def test_other_words_are_never_the_same_version_of_the_same_questionnaire(
    content: Content,
) -> None:
    form = content.screening
    asked = [questionnaire(form, BASE, each) for each in Perspective]
    assert len({each["id"] for each in asked}) == len(asked)
    assert len({each["url"] for each in asked}) == len(asked)
    first = form.questions[0]
    text = Text(self_="Other words?", loved_one="Other words?")
    changed = msgspec.structs.replace(
        form, questions=(msgspec.structs.replace(first, text=text), *form.questions[1:])
    )
    assert questionnaire(changed, BASE)["version"] != questionnaire(form, BASE)["version"]
    assert questionnaire(form, BASE) == questionnaire(form, BASE)


def test_without_an_address_of_the_clinic_names_are_urns(content: Content) -> None:
    kept = intake(content.screening)
    bundle = json.loads(as_fhir([(kept, content.screening)], "", NOTICE))
    asked, answered = (entry["resource"] for entry in bundle["entry"])
    Questionnaire.model_validate(asked)
    QuestionnaireResponse.model_validate(answered)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", asked["url"])
    assert answered["questionnaire"] == f"{asked['url']}|{asked['version']}"
    assert "http://127" not in json.dumps(bundle)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (IntakeStatus.COMPLETED, "completed"),
        (IntakeStatus.AMENDED, "amended"),
        (IntakeStatus.IN_PROGRESS, "in-progress"),
        (IntakeStatus.INCOMPLETE, "in-progress"),
        (IntakeStatus.EMERGENCY, "in-progress"),
    ],
)
def test_the_answers_are_a_valid_fhir_response_of_that_very_version(
    content: Content, status: IntakeStatus, said: str
) -> None:
    found = QuestionnaireResponse.model_validate(
        questionnaire_response(intake(content.screening, status), content.screening, BASE)
    )
    assert found.status == said
    asked_version = questionnaire(content.screening, BASE)["version"]
    assert found.questionnaire == f"{canonical(BASE)}|{asked_version}"
    answers = {
        item["linkId"]: item["answer"][0]["valueCoding"]["code"]
        for item in found.model_dump()["item"]
    }
    assert answers["danger-now"] == "none"
    asked = Questionnaire.model_validate(questionnaire(content.screening, BASE))
    options = {
        item["linkId"]: {each["valueCoding"]["code"] for each in item["answerOption"]}
        for item in asked.model_dump()["item"]
    }
    assert all(code in options[name] for name, code in answers.items())


def test_a_case_without_answers_is_valid_too(content: Content) -> None:
    empty = msgspec.structs.replace(intake(content.screening), answers=(), result=None)
    response = questionnaire_response(empty, content.screening, BASE)
    QuestionnaireResponse.model_validate(response)
    assert "item" not in response


def test_the_bundle_carries_the_notice_and_both_resources(content: Content) -> None:
    text = as_fhir([(intake(content.screening), content.screening)], BASE, NOTICE)
    bundle = json.loads(text)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds == ["Questionnaire", "QuestionnaireResponse"]
    asked, answered = (entry["resource"] for entry in bundle["entry"])
    Questionnaire.model_validate(asked)
    QuestionnaireResponse.model_validate(answered)
    assert NOTICE in text


def test_a_set_holds_each_questionnaire_once_and_every_response(content: Content) -> None:
    form = content.screening
    loved = msgspec.structs.replace(intake(form), perspective=Perspective.LOVED_ONE)
    text = as_fhir([(intake(form), form), (loved, form), (intake(form), form)], BASE, NOTICE)
    resources = [entry["resource"] for entry in json.loads(text)["entry"]]
    Bundle.model_validate(json.loads(text))
    asked = [f"{each['url']}|{each['version']}" for each in resources if "url" in each]
    assert len(asked) == len(set(asked)) == 2  # for oneself, for a loved one
    named = [each["questionnaire"] for each in resources if "questionnaire" in each]
    assert len(named) == 3
    assert set(named) == set(asked)
    Bundle.model_validate(json.loads(as_fhir([], BASE, NOTICE)))


def test_an_answer_to_a_question_that_is_gone_is_in_the_csv(content: Content) -> None:
    old = intake(content.screening)
    gone = Answer(question=QuestionId("old-question"), options=(OptionId("yes"),), at=AT)
    old = msgspec.structs.replace(old, answers=(*old.answers, gone))
    [row, other] = rows(as_csv([old, intake(content.screening)], content.screening, NOTICE))
    assert row["old-question"] == "yes"
    assert other["old-question"] == ""

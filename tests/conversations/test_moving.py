"""Back, change, stop, come back."""

from answers import BEGIN, MILD, SUBMIT, finishes, goes_through, reviews
from chat import Chat


def test_back_shows_the_question_before_with_its_answer(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:3])
    chat.follows("""
        client: [← Back]
        bot: How old are you?
        buttons: ✓ 18 to 64
        client: [65 or older]
        bot: which is closest to what you have had?
    """)


def test_back_at_the_first_question_stays_there(chat: Chat) -> None:
    goes_through(chat, *BEGIN[:2])
    chat.follows("""
        client: /back
        bot: nothing to go back to
    """)


def test_a_changed_answer_stays_on_record_struck_through(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:3], "[← Back]", "[65 or older]")
    ages = [each for each in chat.session.answers if each.question == "age-band"]
    assert [each.options for each in ages] == [("18-64",), ("65-plus",)]
    assert ages[0].retracted_at is not None
    assert ages[1].retracted_at is None


def test_an_answer_is_changed_from_the_review_and_the_review_comes_back(chat: Chat) -> None:
    reviews(chat)
    chat.follows("""
        client: 4
        bot: How old are you?
        client: [65 or older]
        bot: Please look this over
    """)
    assert "65 or older" in chat.shown[-1].text


def test_a_change_that_opens_new_questions_asks_them_before_the_review(chat: Chat) -> None:
    reviews(chat)
    chat.follows("""
        client: 3
        bot: What would you like help with most?
        client: [Alcohol or drugs]
        bot: used in the past month
    """)
    # the question that no longer belongs to the path is retracted, not dropped
    dropped = [each for each in chat.session.answers if each.question == "substance-screen"]
    assert dropped
    assert all(each.retracted_at is not None for each in dropped)


def test_a_worse_answer_after_a_better_one_just_continues(chat: Chat) -> None:
    reviews(chat)
    chat.follows("""
        client: 9
        bot: how often did low mood
        client: [Nearly all the time, hard to bear]
        bot: Please look this over
        client: [Looks right – send to staff]
        bot: intensive outpatient program
        bot: optional
        filed: completed two-days iop
    """)


def test_stop_keeps_the_answers_and_the_screening_goes_on_later(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: /cancel
        bot: kept for a while
        client: /screening
        bot: You were on question 4 of about
        client: [Continue]
        bot: How old are you?
    """)


def test_somebody_back_after_days_is_asked_whether_to_go_on(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:5])
    chat.follows("""
        client waits 3 days
        client: hello?
        bot: You were on question 7 of about
        client: [Continue]
        bot: hurting someone else?
        client: [No]
        bot: past two weeks
    """)


def test_an_old_button_still_counts_after_days_when_nothing_has_changed(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client waits 2 days
        client: [18 to 64]
        bot: which is closest to what you have had?
    """)


def test_starting_over_keeps_the_old_answers_on_record(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:4], "/cancel", "/screening")
    chat.follows("""
        client: [Start over]
        bot: Who are you asking for?
    """)
    assert len(chat.session.answers) == 5
    assert all(each.retracted_at is not None for each in chat.session.answers)


def test_start_in_the_middle_offers_to_go_on(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: /start
        bot: You were on question 4
        buttons: Continue | Start over | Delete my answers
    """)


def test_delete_from_the_offer_is_asked_twice(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2], "/start")
    chat.follows("""
        client: [Delete my answers]
        bot: can't be undone
        client: [Yes, erase everything]
        bot: Your record is erased
        does: EraseChat
    """)


def test_somebody_who_left_half_way_is_filed_as_incomplete(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:8])
    chat.follows("""
        client waits 31 minutes
        filed: incomplete two-days
    """)


def test_who_left_after_the_first_questions_leaves_no_record(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client waits 2 hours
        nothing filed
    """)


def test_who_has_finished_may_change_answers_and_the_record_is_amended(chat: Chat) -> None:
    finishes(chat)
    chat.follows("""
        client: /screening
        bot: already been through
        client: [Change my answers]
        bot: Please look this over
        client: 10
        bot: How are work, school
        client: [Barely getting through the day]
        bot: Please look this over
        client: [Looks right – send to staff]
        bot: intensive outpatient program
        bot: optional
        filed: amended two-days iop
    """)


def test_a_fresh_start_is_a_new_case_in_the_same_chat(chat: Chat) -> None:
    finishes(chat)
    first = chat.session.case
    chat.follows("""
        client: /screening
        bot: already been through
        client: [Start fresh]
        bot: Who are you asking for?
    """)
    assert chat.session.case != first


def test_submitting_twice_changes_nothing(chat: Chat) -> None:
    reviews(chat)
    data = next(each.data for _, each in chat.visible() if each.label == SUBMIT[1:-1])
    chat.presses_data(data)
    before = chat.session
    filed = len([each for each in chat.effects if type(each).__name__ == "FileIntake"])
    chat.presses_data(data)
    assert chat.session.answers == before.answers
    assert chat.session.stage == before.stage
    assert len([each for each in chat.effects if type(each).__name__ == "FileIntake"]) == filed


def test_who_has_finished_starts_fresh_for_someone_they_care_about(chat: Chat) -> None:
    finishes(chat)
    chat.follows("""
        client: /start loved-one
        bot: automated helper
        bot: You've already been through the questions
        client: [Start fresh]
        bot: Is anything like this happening to them right now?
    """)
    assert chat.session.perspective == "loved-one"


def test_own_answers_give_way_to_questions_for_someone_they_care_about(chat: Chat) -> None:
    goes_through(chat, "/start", *BEGIN, "[No, nothing like this]", "/cancel")
    chat.follows("""
        client: [Ask for someone I care about]
        bot: You were on question 3
        client: [Start over]
        bot: Is anything like this happening to them right now?
    """)


def test_in_mid_screening_somebody_else_can_be_asked_for(chat: Chat) -> None:
    goes_through(chat, "/start", *BEGIN)
    chat.follows("""
        client: [Ask for someone I care about]
        bot: You were on question 2
        client: [Start over]
        bot: Is anything like this happening to them right now?
        client: /start professional
        bot: You were on question 2
        client: [Start over]
        bot: Is anything like this happening to them right now?
    """)
    assert chat.session.perspective == "professional"


def test_starting_over_in_words_keeps_whom_it_is_for(chat: Chat) -> None:
    goes_through(chat, "/start", *BEGIN)
    chat.follows("""
        client: [Ask for someone I care about]
        bot: You were on question 2
        client: start over
        bot: Is anything like this happening to them right now?
    """)

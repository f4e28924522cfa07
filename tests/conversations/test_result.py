from answers import BEGIN, MILD, NO_CONTACT, SUBMIT, finishes, goes_through, reviews
from chat import Chat


def test_the_result_says_that_it_is_no_diagnosis_and_staff_decide(chat: Chat) -> None:
    reviews(chat)
    chat.writes(SUBMIT)
    text = chat.unread[0]
    assert "not a diagnosis" in text
    assert "team" in text
    assert "988" in text
    assert "low mood or worry is there on some days" in text


def test_contact_details_are_asked_after_the_result_and_all_optional(chat: Chat) -> None:
    reviews(chat)
    chat.follows("""
        client: [Looks right – send to staff]
        bot: outpatient
        bot: What name should we use?
        client: Sam
        bot: How can staff reach you?
        client: 555-0100
        bot: good time
        client: [It's OK to leave a message]
        client: [Evening]
        bot: insurance
        client: [Medicaid]
        bot: Thank you
        filed: completed routine outpatient
    """)
    contact = chat.session.contact
    assert (contact.name, contact.reach, contact.message_ok) == ("Sam", "555-0100", True)
    assert (contact.best_time, contact.insurance) == ("evening", "medicaid")


def test_every_contact_screen_can_be_skipped(chat: Chat) -> None:
    reviews(chat)
    chat.follows("""
        client: [Looks right – send to staff]
        bot: outpatient
        bot: What name
        client: [Skip]
        bot: reach you
        client: [Skip]
        bot: good time
        client: [Skip]
        bot: insurance
        client: [Skip]
        bot: Thank you
    """)


def test_a_question_between_contact_screens_is_answered(chat: Chat) -> None:
    reviews(chat)
    chat.writes(SUBMIT)
    chat.unread.clear()
    chat.follows("""
        client: do you take medicaid?
        bot: insur
        bot: What name should we use?
    """)
    assert chat.session.contact.name == ""


def test_a_family_member_is_asked_if_they_know(chat: Chat) -> None:
    goes_through(chat, *BEGIN[:2], "[For someone I care about]")
    goes_through(chat, *MILD, SUBMIT)
    chat.follows("""
        client: Maria
        bot: reach you (not the person
        client: [Write to me here]
        bot: good time
        client: [Any time]
        bot: Do they know
        client: [No]
        bot: Thank you
    """)
    assert chat.session.contact.loved_one_knows == "no"


def test_a_familys_result_says_that_it_is_based_on_what_they_see(chat: Chat) -> None:
    goes_through(chat, *BEGIN[:2], "[For someone I care about]", *MILD)
    chat.writes(SUBMIT)
    assert "based on what you can see" in chat.unread[0]


def test_disagreeing_brings_in_a_person(chat: Chat) -> None:
    finishes(chat)
    chat.follows("""
        client: I don't agree
        bot: You know your life best
        alert: human same-day
    """)


def test_what_does_this_mean_is_answered(chat: Chat) -> None:
    finishes(chat)
    chat.follows("""
        client: what does this mean?
        bot: first pointer
        buttons: Talk to a person
    """)


def test_the_buttons_under_the_result_stay_usable(chat: Chat) -> None:
    reviews(chat)
    goes_through(chat, SUBMIT, NO_CONTACT)
    chat.follows("""
        client: [I see it differently]
        bot: You know your life best
    """)


def test_an_urgent_result_alerts_staff(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:8], "[Not eating, washing or getting up]", *MILD[9:])
    chat.follows("""
        client: [Looks right – send to staff]
        bot: 24-hour
        bot: don't wait alone
        bot: optional
        alert: result same-day
        filed: completed same-day inpatient
    """)


def test_status_after_the_result_names_the_case(chat: Chat) -> None:
    finishes(chat)
    chat.follows("""
        client: /status
        bot: HTZ4-9QM
    """)

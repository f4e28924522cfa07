from answers import BEGIN, MILD, goes_through, reviews
from chat import Chat


def test_a_person_goes_all_the_way_to_a_result(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK to start?
        client: [Yes, start]
        bot: Who are you asking for?
        client: [For me]
        bot: Is anything like this happening right now?
        client: [No, nothing like this]
        bot: What would you like help with most?
        client: [Mood, worry, trauma or stress]
        bot: How old are you?
        client: [18 to 64]
        bot: which is closest to what you have had?
        client: [No thoughts of dying or suicide]
        bot: Have you ever tried to end your life
        client: [No, never]
        bot: hurting someone else?
        client: [No]
        bot: past two weeks
        client: [None of these]
        bot: how often did low mood
        client: [Most days]
        bot: How are work, school, home
        client: [Missing work or school, falling behind]
        bot: has alcohol or drug use caused problems
        client: [No]
        bot: help you have had in the past year
        client: [Regular therapy, but not enough]
        bot: the place where you live
        client: [Safe and supportive]
        bot: evenings and nights
        client: [Yes, every day]
        bot: Do any of these apply?
        client: [None of these]
        client: [Done]
        bot: Please look this over
        client: [Looks right – send to staff]
        bot: intensive outpatient program
        bot: optional
        filed: completed two-days iop
    """)


def test_progress_is_true_at_the_first_and_at_the_last_question(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK
        client: yes
        bot: Question 1 of about
        client: [For me]
        bot: Question 2 of about
    """)
    goes_through(chat, *MILD[:-2])
    assert "Question 15 of about 15" in chat.shown[-1].text


def test_info_only_ends_after_three_questions(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    chat.follows("""
        client: [No, nothing like this]
        bot: What would you like help with most?
        client: [Just looking for information]
        bot: Please look this over
        client: [Looks right – send to staff]
        bot: No program stands out
        bot: optional
        filed: completed routine info
    """)


def test_a_family_member_is_asked_about_the_other_person(chat: Chat) -> None:
    chat.follows("""
        client: /screening
        bot: Is it OK
        client: yes
        bot: Who are you asking for?
        client: [For someone I care about]
        bot: happening to them right now?
        client: [No, nothing like this]
        bot: What do they need help with most?
        client: [Alcohol or drugs]
        bot: How old are they?
        buttons: I don't know / rather not say
    """)


def test_a_deep_link_for_a_loved_one_skips_the_first_question(chat: Chat) -> None:
    chat.follows("""
        client: /start loved-one__flyer
        bot: automated helper
        bot: Is it OK to start?
        client: yes
        bot: happening to them right now?
    """)
    assert chat.session.source == "flyer"


def test_the_menu_button_for_a_loved_one_skips_the_first_question(chat: Chat) -> None:
    chat.follows("""
        client: hi
        bot: automated helper
        client: [Ask for someone I care about]
        bot: Is it OK to start?
        client: yes
        bot: happening to them right now?
    """)


def test_a_minor_is_asked_if_a_guardian_knows(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: [13 to 17]
        bot: Does a parent or guardian know
    """)


def test_typed_answers_are_understood(chat: Chat) -> None:
    goes_through(chat, *BEGIN)
    chat.follows("""
        client: no, nothing like this
        bot: What would you like help with most?
        client: both
        bot: Both of these
        client: 33
        bot: 18 to 64
    """)


def test_an_unsure_guess_is_confirmed(chat: Chat) -> None:
    goes_through(chat, *BEGIN, "[No, nothing like this]", "[Alcohol or drugs]", *MILD[2:9])
    chat.follows("""
        client: [Alcohol]
        client: [Done]
        bot: How often in the past month?
        client: pretty much every day
        bot: Every day
    """)


def test_what_is_not_understood_is_asked_again(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: purple monkey dishwasher
        bot: not sure which choice
    """)


def test_a_typed_skip_takes_the_option_that_skips(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:2])
    chat.follows("""
        client: skip
        bot: Prefer not to say
    """)


def test_a_question_without_a_way_to_skip_says_so(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:1])
    chat.follows("""
        client: skip
        bot: pick the closest
    """)


def test_ticks_of_a_multi_select_are_kept_and_none_clears_them(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:-2])
    chat.writes("[Health problem, under control]")
    chat.writes("[Pregnant or had a baby this year]")
    assert "✓ Health problem, under control" in chat.labels()
    chat.writes("[None of these]")
    assert "✓ Health problem, under control" not in chat.labels()
    assert "✓ None of these" in chat.labels()
    chat.follows("""
        client: [✓ None of these]
        client: [Done]
        toast: pick at least one
        bot: pick at least one
    """)


def test_why_do_you_ask_is_answered_and_the_question_comes_back(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:3])
    chat.writes("[Why do you ask?]")
    assert len(chat.unread) == 2
    assert "which is closest to what you have had" in chat.unread[1]


def test_skipping_makes_it_a_talk_with_staff(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:9], "[Prefer not to say]", "[Nothing in the past month]")
    goes_through(chat, "[Done]", *MILD[10:], "[Looks right – send to staff]")
    assert chat.session.result is not None
    assert chat.session.result.staff_call
    assert any("staff member should talk with you" in shown.text for shown in chat.shown)
    reply = next(shown.text for shown in chat.shown if "staff member should talk" in shown.text)
    assert "closest fit" not in reply


def test_the_review_lists_every_answer(chat: Chat) -> None:
    reviews(chat)
    text = chat.shown[-1].text
    for number in range(1, 16):
        assert f"{number}. " in text


def test_a_question_with_several_answers_says_once_to_pick_all_that_apply(chat: Chat) -> None:
    goes_through(chat, *BEGIN, *MILD[:-2])
    assert chat.shown[-1].text.count("Pick all that apply") == 1
    assert "press done" in chat.shown[-1].text.casefold()

"""What `load.py` measures against: python-telegram-bot as its examples use it, with the same questions.

A ConversationHandler with integer states, a PicklePersistence, its own poller. Nothing is durable
between its flushes; nothing else than asking and remembering is done.
"""

import os
from pathlib import Path

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    PicklePersistence,
)

from bot.content_folder import folder_texts
from bot.core.content.screening import read_screening
from bot.core.model import Perspective
from bot.core.screening_form import Form, label, stem

ROOT = Path(__file__).parents[1]


def questions() -> tuple[Form, list[tuple[str, InlineKeyboardMarkup]]]:
    """The same questions and buttons as ours."""
    texts, _ = folder_texts(ROOT / "content")
    form, _ = read_screening(texts["screening.yaml"], "screening.yaml")
    if form is None:
        raise SystemExit("the screening has mistakes")
    asked = []
    for question in form.questions:
        rows = [
            [InlineKeyboardButton(label(form, option, Perspective.SELF), callback_data=option.id)]
            for option in question.options
        ]
        asked.append((stem(question, Perspective.SELF), InlineKeyboardMarkup(rows)))
    return form, asked


FORM, ASKED = questions()


async def started(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Ask the first question."""
    if update.message is not None and context.user_data is not None:
        context.user_data.clear()
        await update.message.reply_text(ASKED[0][0], reply_markup=ASKED[0][1])
    return 0


def answered(number: int) -> CallbackQueryHandler[ContextTypes.DEFAULT_TYPE, int]:
    """Keep the answer to a question, and ask the next one."""

    async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        query = update.callback_query
        if query is None or context.user_data is None:
            return number
        await query.answer()
        context.user_data[number] = query.data
        following = (number + 1) % len(ASKED)
        await query.edit_message_reply_markup(None)
        if update.effective_chat is not None:
            text, markup = ASKED[following]
            await update.effective_chat.send_message(text, reply_markup=markup)
        return following

    return CallbackQueryHandler(answer)


def main() -> None:
    """Run until killed."""
    base = os.environ["BOT_API_URL"].rstrip("/")
    application = (
        Application.builder()
        .token(os.environ["BOT_TOKEN"])
        .base_url(f"{base}/bot")
        .persistence(PicklePersistence(filepath=os.environ["STOCK_PICKLE"]))
        .build()
    )
    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("screening", started)],
            states={number: [answered(number)] for number in range(len(ASKED))},
            fallbacks=[CommandHandler("screening", started)],
            name="screening",
            persistent=True,
            per_message=False,
        )
    )
    application.run_polling()


if __name__ == "__main__":
    main()

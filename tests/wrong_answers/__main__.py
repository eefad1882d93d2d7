"""Print what the checks say to each wrong answer."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jbert_lessons.checks.progress import all_exercises

from . import gather


def main() -> None:
    """Print the table: exercise, wrong answer, message."""
    wrong = gather("WRONG")
    table = Table("exercise", "wrong answer", "message", show_lines=True)
    for exercise in all_exercises():
        for title, (answers, _) in wrong.get(exercise.name, {}).items():
            verdict = exercise.judge(*answers)
            # Text, because a message may hold brackets, which rich would take for its markup.
            message = verdict.message if verdict.kind == "wrong" else f"({verdict.kind})"
            table.add_row(f"{exercise.lesson} {exercise.number}\n{exercise.name}", Text(title), Text(message))
    Console().print(table)


if __name__ == "__main__":
    main()

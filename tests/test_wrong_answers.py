"""Every exercise accepts the right answer, waits for a blank, and tells wrong answers apart."""

import itertools

import pytest
from wrong_answers import gather

from jbert_lessons.checks.progress import all_exercises

EXERCISES = all_exercises()
SOLUTIONS, WRONG = gather("SOLUTIONS"), gather("WRONG")
FEWEST = 4
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
every_wrong_answer = pytest.mark.parametrize(
    ("exercise", "title"),
    [
        pytest.param(exercise, title, id=f"{exercise.name}: {title}")
        for exercise in EXERCISES
        for title in WRONG.get(exercise.name, {})
    ],
)


@every_exercise
def test_there_are_a_solution_and_enough_wrong_answers(exercise):
    assert exercise.name in SOLUTIONS, f"tests/wrong_answers/ has no solution of {exercise.name}"
    assert len(WRONG.get(exercise.name, {})) >= FEWEST, f"{exercise.name} needs {FEWEST} wrong answers"


@every_exercise
def test_the_solution_passes(exercise):
    assert exercise.judge(*SOLUTIONS[exercise.name]) == ("passed", "")


@every_exercise
def test_a_blank_waits(exercise):
    answers = SOLUTIONS[exercise.name]
    for place in range(len(answers)):
        some = [None if number == place else answer for number, answer in enumerate(answers)]
        assert exercise.judge(*some).kind == "waiting"


@every_wrong_answer
def test_a_wrong_answer_gets_the_message_meant_for_it(exercise, title):
    answers, fragment = WRONG[exercise.name][title]
    assert fragment.strip()
    kind, message = exercise.judge(*answers)
    assert kind == "wrong"
    assert fragment in message


def test_every_answer_belongs_to_an_exercise():
    names = {exercise.name for exercise in EXERCISES}
    assert SOLUTIONS.keys() == names
    assert WRONG.keys() == names


def test_names_are_unique_and_numbers_count_from_one():
    assert len({exercise.name for exercise in EXERCISES}) == len(EXERCISES)
    for _, group in itertools.groupby(EXERCISES, key=lambda exercise: exercise.lesson):
        numbers = [exercise.number for exercise in group]
        assert numbers == list(range(1, len(numbers) + 1))


def test_no_hint_is_used_twice():
    hints = [hint for exercise in EXERCISES for hint in exercise.hints]
    assert all(hint.strip() for hint in hints)
    assert len(set(hints)) == len(hints) == 2 * len(EXERCISES)

"""Answers to exercise 5 of lesson 08, pretraining: what a resumed run needs."""

import copy
import io

import torch


def saving(change=lambda state: state, take=copy.deepcopy, without=()):
    """Return a function that saves what is not in `without`."""

    def save(run):
        state = {
            "model": take(run.model.state_dict()),
            "optimizer": take(run.optimizer.state_dict()),
            "generator": run.generator.get_state(),
            "step": run.step,
        }
        return change({name: value for name, value in state.items() if name not in without})

    return save


def loading(take=copy.deepcopy):
    """Return a function that loads whatever is there."""

    def load(run, state):
        if "model" in state:
            run.model.load_state_dict(state["model"])
        if "optimizer" in state:
            run.optimizer.load_state_dict(take(state["optimizer"]))
        if "generator" in state:
            run.generator.set_state(state["generator"])
        run.step = state.get("step", run.step)

    return load


def same_object(thing):
    return thing


def into_bytes(run):
    """Right: through a file."""
    file = io.BytesIO()
    torch.save(saving(take=same_object)(run), file)
    return file.getvalue()


def from_bytes(run, state):
    loading(take=same_object)(run, torch.load(io.BytesIO(state)))


def without(*names):
    return saving(without=names), loading()


def shallow(run):
    return dict(vars(run))


def with_another_generator(run):
    state = saving()(run)
    return state | {"generator": torch.Generator().manual_seed(run.generator.initial_seed()).get_state()}


def draws(run):
    torch.randn(1, generator=run.generator)
    return saving()(run)


def steps(run):
    state = saving()(run)
    run.step += 1
    return state


def trained_model(run, state):
    loading()(run, state)
    run.model = copy.deepcopy(run.model)


def into_a_new_run(run, state):
    run = copy.deepcopy(run)
    loading()(run, state)
    return run


def as_new(run, state):
    loading()(run, state)
    run.optimizer = torch.optim.AdamW(run.model.parameters())


def groups_only(run):
    state = saving()(run)
    state["optimizer"]["state"] = {}
    return state


def parameters_only(run):
    return saving(lambda state: state | {"model": dict(run.model.named_parameters())})(run)


RESUME_RUN = {
    "weights only": (*without("optimizer", "generator", "step"), "AdamW begins anew"),
    "no weights": (*without("model"), "the weights of the model are others"),
    "no optimizer": (*without("optimizer"), "AdamW begins anew"),
    "no generator": (*without("generator"), "the generator stands elsewhere"),
    "no step": (*without("step"), "run.step is 0, not 4"),
    "nothing": (*without("model", "optimizer", "generator", "step"), "the weights of the model are others"),
    "generator from its seed": (with_another_generator, loading(), "the generator stands at the start"),
    "optimizer's groups only": (groups_only, loading(), "AdamW begins anew"),
    "new optimizer after loading": (saving(), as_new, "AdamW begins anew"),
    "references": (
        saving(take=same_object),
        loading(),
        "gone on for 3 more: the weights of the model are others",
    ),
    "references to the optimizer": (
        lambda run: saving()(run) | {"optimizer": run.optimizer.state_dict()},
        loading(),
        "what AdamW has collected about each weight is not the same. The state has gone on",
    ),
    "references in a dict's copy": (saving(take=dict), loading(), "put copies into it"),
    "parameters themselves": (parameters_only, loading(), "gone on for 3 more: the weights"),
    "the run itself": (
        lambda run: run,
        lambda run, state: vars(run).update(copy.deepcopy(vars(state))),
        "put copies into it",
    ),
    "the run's attributes": (
        shallow,
        lambda run, state: vars(run).update(copy.deepcopy(state)),
        "put copies",
    ),
    "shared after loading": (saving(), loading(take=same_object), "It wrote into the state"),
    "drawn while saving": (draws, loading(), "save(run) changes the run"),
    "step counted by saving": (
        steps,
        loading(),
        "save(run) changes the run, it should only look: run.step is 5",
    ),
    "another model": (saving(), trained_model, "3 steps later not: "),
    "a new run": (saving(), into_a_new_run, "the weights of the model are others"),
    "no return": (lambda run: None, loading(), "save returned nothing"),
    "key forgotten": (
        saving(without=["step"]),
        lambda run, state: (loading()(run, state), setattr(run, "step", state["step"])),
        "your code stopped with KeyError",
    ),
    "one argument": (saving(), lambda state: None, "cannot be called with 2 arguments"),
}

SOLUTIONS = {"resume_run": (into_bytes, from_bytes)}
WRONG = {
    "resume_run": {title: (tuple(answers), fragment) for title, (*answers, fragment) in RESUME_RUN.items()}
}

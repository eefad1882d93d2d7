"""Pairs of sentences about scenes that differ in chosen details."""

from jbert_lessons.corpora.minipedia import scenes
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.scenes import ACTIVITIES, Scene, draw_scene, render

LABELS = ("entailment", "contradiction", "neutral")
# The first sentences, the second ones, and what decides their split.
Three = tuple[list[str], list[str], str]
# Details that are spoken for, what the second sentence says, what the first one says for each label.
Values = tuple[tuple[str, ...], dict, tuple[dict, ...]]


def about_scene(draw: Draw) -> Three:
    """Return three pairs that share the second sentence; the first ones are in the order of LABELS."""
    kind = draw.weighted(scenes.KINDS, (6, 2, 2))
    whole = draw_scene(draw, kind)
    crucial = draw.choice([detail for detail in CRUCIAL if CRUCIAL[detail][0](whole)])
    whole = _partly_vague(draw, whole, crucial)
    taken, of_second, of_firsts = CRUCIAL[crucial][1](draw, whole)
    optional = [one for one in OPTIONAL if one not in taken and getattr(whole, one)]
    thing = kind == "thing"
    kept = [one for one in optional if draw.chance(0.3) or (thing and one == "place")]
    more = [one for one in optional if one not in kept]
    polite = draw.chance(0.5)
    second = render(draw, _only(whole, kept)._replace(**of_second), polite, draw.chance(0.3))
    firsts = []
    for label, change in zip(LABELS, of_firsts, strict=True):
        # What is left open is made up for, so that length tells nothing.
        extra = draw.sample(more, 1) if more and (label == "neutral" or draw.chance(0.5)) else []
        firsts.append(render(draw, _only(whole, kept + extra)._replace(**change), polite, thing))
    return firsts, [second] * 3, second


def _only(scene: Scene, details: list[str]) -> Scene:
    """Return the scene with none of its optional details but these."""
    left_out = dict.fromkeys([one for one in OPTIONAL if one not in details], "")
    if "color" in left_out:
        left_out["wear"] = ""
    return scene._replace(**left_out)


def _partly_vague(draw: Draw, scene: Scene, crucial: str) -> Scene:
    """Return the scene with some details told vaguely: vagueness alone must not mean neutral."""
    if crucial != "number" and draw.chance(0.1):
        scene = scene._replace(number=scenes.some(scene))
    if crucial != "who" and scene.kind == "person" and draw.chance(0.15):
        scene = scene._replace(who=draw.choice((scenes.GROUP_OF[scene.who], "人")))
    return scene


def _place(draw: Draw, scene: Scene) -> Values:
    places = scenes.places_of(scene)
    for general, some, others in (
        ("建物の中", scenes.INDOORS, scenes.OUTDOORS),
        ("外", scenes.OUTDOORS, scenes.INDOORS),
    ):
        elsewhere = [place for place in places if place in others]
        if scene.place in some and elsewhere and draw.chance(0.4):
            return _values("place", general, scene.place, draw.choice(elsewhere), "")
    elsewhere = [place for place in places if place != scene.place]
    return _values("place", scene.place, scene.place, draw.choice(elsewhere), "")


def _number(draw: Draw, scene: Scene) -> Values:
    others = [number for number in scenes.numbers(scene) if number != scene.number]
    return _values("number", scene.number, scene.number, draw.choice(others), scenes.some(scene))


def _color(draw: Draw, scene: Scene) -> Values:
    colors = scenes.ANIMAL_COLORS if scene.kind == "animal" else scenes.COLORS
    other = draw.choice([color for color in colors if color != scene.color])
    _, second, firsts = _values("color", scene.color, scene.color, other, "")
    worn = {"wear": scene.wear}
    return ("color",), second | worn, tuple(first | worn for first in firsts)


def _who(draw: Draw, scene: Scene) -> Values:
    group = scenes.GROUP_OF[scene.who]
    if scene.kind == "person" and draw.chance(0.4):
        return _values("who", group, scene.who, draw.choice(scenes.OUTSIDE[group]), "人")
    taken, second, firsts = _values("who", scene.who, scene.who, draw.choice(scenes.rivals(scene)), group)
    # 3冊 would give the notebook away.
    return taken if scene.kind == "person" else (*taken, "number"), second, firsts


def _object(draw: Draw, scene: Scene) -> Values:
    activity = scenes.activity_of(scene.verb, scene.object)
    others = [one for one in ACTIVITIES if one.verb == scene.verb and one.general != activity.general]
    if others and draw.chance(0.5):
        other = draw.choice(draw.choice(others).items)
        _, second, firsts = _values("object", activity.general, scene.object, other, "何か")
        return ("object", "place", "posture"), second, firsts
    other = draw.choice([item for item in activity.items if item != scene.object])
    return _values("object", scene.object, scene.object, other, activity.general)


def _posture(draw: Draw, scene: Scene) -> Values:
    """Whether somebody stands or sits: 立っていない follows from 座って本を読んでいる."""
    denied = draw.chance(0.5)
    other = {"座る": "立つ", "立つ": "座る"}[scene.posture]
    fitting, excluding = (other, scene.posture) if denied else (scene.posture, other)
    firsts = [
        {"posture": posture} if draw.chance(0.6) else {"verb": posture, "object": ""}
        for posture in (fitting, excluding)
    ]
    second = {"verb": scene.posture, "object": "", "negative": denied}
    return ("posture",), second, (*firsts, {"negative": draw.chance(0.3)})


def _verb(draw: Draw, scene: Scene) -> Values:
    """Whether somebody does something at all."""
    denied = draw.chance(0.5)
    firsts = [
        {"negative": negative, "posture": scene.posture if draw.chance(0.6) else ""}
        for negative in (denied, not denied)
    ]
    return ("posture",), {"negative": denied}, (*firsts, {"verb": scene.posture, "object": ""})


def _values(detail: str, second: str, *firsts: str) -> Values:
    return (detail,), {detail: second}, tuple({detail: value} for value in firsts)


OPTIONAL = ("place", "number", "color", "posture")
# For each detail: whether a scene has it to be crucial; what the sentences then say of it.
CRUCIAL = {
    "place": (lambda scene: scene.kind != "thing", _place),
    "number": (lambda scene: True, _number),
    "color": (lambda scene: scene.color != "", _color),
    "who": (lambda scene: True, _who),
    "object": (lambda scene: scene.kind == "person" and scene.object != "", _object),
    "posture": (lambda scene: scene.posture != "", _posture),
    "verb": (lambda scene: scene.posture != "", _verb),
}


def alike_scenes(draw: Draw, differences: list[str]) -> tuple[str, str]:
    """Return two sentences about scenes that differ in this: details, "verb", "denied", "less" or "all"."""
    weights = (1, 0, 0) if {"object", "denied", "verb"} & set(differences) else (6, 2, 2)
    while True:
        whole = draw_scene(draw, draw.weighted(scenes.KINDS, weights))
        if not all(CRUCIAL[one][0](whole) for one in differences if one in ("color", "object")):
            continue
        if "verb" not in differences or _other_activities(whole):
            break
    polite = draw.chance(0.5)
    if "all" in differences:
        others = [kind for kind in scenes.KINDS if kind != whole.kind]
        other = whole
        while other.verb == whole.verb or other.place == whole.place:
            other = draw_scene(draw, draw.choice(others))
        pair = whole, other
        first, second = (_only(one, draw.sample(OPTIONAL, 2)) for one in pair)
        return render(draw, first, polite), render(draw, second, polite)
    fixed = ("posture",) if {"denied", "verb"} & set(differences) else ()
    if "who" in differences and whole.kind != "person":
        fixed = ("number",)  # counted with another word
    optional = [one for one in OPTIONAL if getattr(whole, one) and one not in fixed]
    kept = [one for one in optional if one in differences or draw.chance(0.4)]
    droppable = [one for one in optional if one not in differences]
    dropped = draw.choice(droppable) if "less" in differences else ""
    first = _only(whole, [*kept, dropped])
    second = _only(whole, [one for one in kept if one != dropped])
    for difference in differences:
        second = _changed(draw, second, difference)
    pair = draw.shuffled((first, second))
    return render(draw, pair[0], polite), render(draw, pair[1], polite)


def _other_activities(scene: Scene) -> list[scenes.Activity]:
    return [one for one in ACTIVITIES if one.verb != scene.verb and scene.place in ("", *one.places)]


def _changed(draw: Draw, scene: Scene, difference: str) -> Scene:
    if difference == "less":
        return scene
    if difference == "denied":
        return scene._replace(negative=True)
    if difference == "verb":
        activity = draw.choice(_other_activities(scene))
        return scene._replace(verb=activity.verb, object=draw.choice(activity.items))
    if difference == "who":
        return scene._replace(who=draw.choice(scenes.rivals(scene)))
    if difference == "place":
        values = scenes.places_of(scene)
    elif difference == "number":
        values = scenes.numbers(scene)
    elif difference == "color":
        values = scenes.ANIMAL_COLORS if scene.kind == "animal" else scenes.COLORS
    else:
        values = scenes.activity_of(scene.verb, scene.object).items
    values = [value for value in values if value != getattr(scene, difference)]
    return scene._replace(**{difference: draw.choice(values)})

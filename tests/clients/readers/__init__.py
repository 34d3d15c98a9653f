"""What emitted files say of a change: a file a target, each with `reader(folder)`, which gives a function of a change and a second that
says whether the change may land then; nothing where the target is never asked of such a change. They read the files as the engines do."""


def held(text, change):
    """Whether a condition holds for a change: one fact by its name."""
    assert text in ("ready", "not ready"), text
    return change["fact"] == ("true" if text == "ready" else "false")

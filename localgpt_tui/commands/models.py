"""Commands about who answers: which model, which ones there are, and what was used."""

from localgpt_tui.commands.desk import Desk


async def switch(desk: Desk, argument: str) -> None:
    """Let the model `argument` answer from now on; without one, say which does.

    Raises:
        LocalGPTError: the name means no model.
    """
    if not argument:
        desk.tell(
            f"`{desk.conversation.model}` answers here. `/model NAME` lets another one answer; `/models` lists them."
        )
        return
    place = desk.assistant.destination(argument)
    desk.conversation.switch_provider(desk.assistant.provider(argument))
    where = f"What you write is sent to {place}." if place else "Nothing leaves this machine."
    model = desk.conversation.model
    desk.tell(f"`{model}` answers from now on. {where}{await _doubt(desk, model)}")


async def _doubt(desk: Desk, model: str) -> str:
    """What speaks against an answer from `model`, as far as can be told without asking it."""
    vendor, _, name = model.partition("/")
    if vendor != "ollama":
        return ""
    found = await desk.do_beside(desk.assistant.look_around())
    if found.ollama_problem:
        return f" But {found.ollama_problem[0].lower()}{found.ollama_problem[1:]}" if not found.ollama_models else ""
    return "" if name in found.ollama_models else f" But Ollama has no {name} yet: `ollama pull {name}` fetches it."


async def tell_all(desk: Desk, _argument: str) -> None:
    """List the models that could answer."""
    found = await desk.do_beside(desk.assistant.look_around())
    ollama = [f"`ollama/{name}`" for name in found.ollama_models] or [found.ollama_problem]
    aliases = [f"`{name}` is {model}" for name, model in desk.assistant.config.agent.aliases.items()]
    claude = (
        f"`claude-cli/NAME` through {found.claude_path}" if found.claude_path else "the claude program is not installed"
    )
    keys = ", ".join(found.keys) if found.keys else "no API key is set"
    groups = {"Ollama": ollama, "claude": [claude], "keys": [keys], "short names": aliases}
    desk.tell("\n".join(f"- {group}: {'; '.join(lines)}" for group, lines in groups.items()))


async def tell_status(desk: Desk, _argument: str) -> None:
    """Show the session, its model, and what was used."""
    conversation = desk.conversation
    usage = conversation.usage
    cost = "unknown" if usage.cost is None else f"${usage.cost:.4f}"
    desk.tell(
        f"- session `{conversation.journal.id}`: {conversation.journal.title or 'not named yet'}\n"
        f"- model `{conversation.model}`\n"
        f"- since it was opened: {usage.input_tokens or 0} tokens in, {usage.output_tokens or 0} out, cost {cost}\n"
        f"- workspace `{desk.assistant.places.workspace}`"
    )

"""Where the parts meet: configuration in, an assistant that can hold conversations out."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from localgpt_tui.agent.loop import Limits
from localgpt_tui.agent.prompt import system_prompt, tail
from localgpt_tui.config import Config, load_config
from localgpt_tui.consent import Consent
from localgpt_tui.conversation import Conversation
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.core.passages import Found
from localgpt_tui.core.ports import Approver, Provider
from localgpt_tui.equipment import Equipment
from localgpt_tui.files import sweep_temporaries
from localgpt_tui.memory.context import load_context
from localgpt_tui.memory.history import History
from localgpt_tui.memory.opening import open_memory
from localgpt_tui.memory.signed import SignedMemory
from localgpt_tui.models import provider_for, server_addresses
from localgpt_tui.paths import Places
from localgpt_tui.providers.catalog import resolve
from localgpt_tui.providers.discovery import Choice, Surroundings, choose, destination, look_around
from localgpt_tui.providers.persistence import PatientProvider
from localgpt_tui.safety.framing import framed
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.shelf import Shelf
from localgpt_tui.tools.memory import memory_tools
from localgpt_tui.turns import NAME as TURNS
from localgpt_tui.turns import Turns

_UNLIMITED = sys.maxsize
_EDITING_SECONDS = 3.0
_INCOGNITO = "This session is incognito: nothing of it is kept, and there is no memory to look into or to write to."


class Assistant:
    """Configuration, memory, sessions and models under one roof."""

    def __init__(self, places: Places, config: Config, warnings: tuple[str, ...] = ()) -> None:
        self.places = places
        self.config = config
        self.warnings = warnings
        self.on_crash: Callable[[Exception], str] | None = None
        self.shelf = Shelf(places.sessions, places.cache)
        self.memory, self._embedder = open_memory(places, config, shelf=self.shelf)
        self.history = History(self.memory.workspace)
        self.equipment = Equipment(places, config, Path.cwd())
        self._turns = Turns(places.state / TURNS)
        self._consent = Consent(places.state / "consent.json")

    @classmethod
    def open(cls, places: Places) -> "Assistant":
        """Read the configuration; what is missing in the workspace is laid out, what exists is not touched.

        Raises:
            ConfigError: the configuration cannot be used.
        """
        loaded = load_config(places)
        assistant = cls(places, loaded.config, loaded.warnings)
        try:
            assistant.memory.workspace.prepare()
        except LocalGPTError as error:  # a read-only disk: what is there can still be read
            assistant.warnings = (*loaded.warnings, str(error))
        else:
            left_out = load_context(assistant.memory.workspace, now().date()).left_out
            told = (f"Not all of the workspace is given to the model: {sentence}." for sentence in left_out)
            assistant.warnings = (*loaded.warnings, *told)
        for folder in (places.sessions, places.state, places.cache):
            sweep_temporaries(folder)
        return assistant

    def start(self) -> None:
        """Keep the memory's index and history up to date in the background, from the loop that turns run in."""
        self.history.record_outside_changes()
        self.memory.start(
            busy=self._turns.any, noticed=lambda: self.history.record_outside_changes(after=_EDITING_SECONDS)
        )

    async def aclose(self) -> None:
        """Stop what runs in the background; what was begun is finished."""
        await self.memory.aclose()
        await asyncio.to_thread(self.history.close)
        if self._embedder is not None:
            await self._embedder.aclose()

    async def look_around(self) -> Surroundings:
        """See which models there are; takes as long as asking Ollama, at most three seconds."""
        providers = self.config.providers
        keys = {
            "ANTHROPIC_API_KEY": providers.anthropic.api_key.get_secret_value(),
            "OPENAI_API_KEY": providers.openai.api_key.get_secret_value(),
        }
        return await look_around(
            ollama_url=providers.ollama.endpoint,
            claude_command=providers.claude_cli.command,
            keys=[name for name, value in keys.items() if value],
        )

    def choose(self, surroundings: Surroundings, *, attended: bool) -> Choice:
        """The model that answers, and why.

        Where nobody attends, a model that `auto` found off this machine is taken only if that was allowed before;
        with a person at hand, `needs_consent` says whether to ask first.

        Raises:
            ConfigError: the configured name means no model.
        """
        chosen = choose(
            self.config.agent.default_model,
            surroundings,
            aliases=self.config.agent.aliases,
            ollama_model=self.config.providers.ollama.model,
            claude_model=self.config.providers.claude_cli.model,
            base_urls=server_addresses(self.config),
        )
        if attended or not self.needs_consent(chosen):
            return chosen
        return replace(
            chosen,
            model="recall",
            reason=f"{chosen.model} would send what you write to {chosen.destination}, which was not allowed yet. "
            "Open the app once to allow it, or name the model with --model; recall answers.",
            leaves_machine=False,
            destination="",
        )

    def needs_consent(self, choice: Choice) -> bool:
        """True where `auto` chose a model off this machine and the person has not said yes to it yet."""
        by_itself = self.config.agent.default_model.strip() in {"", "auto"}
        return by_itself and choice.leaves_machine and not self._consent.allowed(choice.destination)

    def allow(self, choice: Choice) -> None:
        """Remember the person's yes.

        Raises:
            OSError: it could not be written down.
        """
        self._consent.allow(choice.destination)

    def destination(self, model: str) -> str:
        """The host that text for `model` goes to; empty where it stays on this machine.

        Raises:
            ConfigError: the name means no model.
        """
        return destination(resolve(model, self.config.agent.aliases), server_addresses(self.config))

    def provider(self, model: str) -> Provider:
        """The model called `model`, asked again where that helps, then the configured fallbacks in their order.

        Raises:
            ConfigError: a name means no model.
        """
        names = dict.fromkeys(
            str(resolve(name, self.config.agent.aliases)) for name in (model, *self.config.agent.fallback_models)
        )
        return PatientProvider([framed(provider_for(name, self.config)) for name in names])

    def converse(
        self,
        journal: Journal,
        model: str,
        approver: Approver | None = None,
        *,
        light: bool = False,
        persons: bool = True,
    ) -> Conversation:
        """A conversation in `journal`, answered by `model`; without an `approver` nobody is there to ask.

        Args:
            light: leave out what the workspace says of the person and the day, for a small task that runs often.
            persons: whether its turns are the person's own, which what runs by itself gives way to.

        Raises:
            ConfigError: the name means no model.
        """
        agent = self.config.agent
        guard = self.equipment.guard(journal, approver)
        memory = SignedMemory(
            self.memory,
            self.history,
            journal.id,
            turn=lambda: conversation.turn,
            origins=lambda: guard.origins,
        )
        provider = self.provider(model)
        kit = self.equipment.kit(journal.id, model=provider.model, unattended=approver is None)
        tools = self.equipment.reading if journal.incognito else (*memory_tools(memory), *kit.tools)
        remembers = not (journal.incognito or light)
        context = load_context(self.memory.workspace, now().date()).text if remembers else ""
        conversation = Conversation(
            journal,
            provider,
            tools=tools,
            system=lambda: "\n\n".join(filter(None, (system_prompt(tools), context))),
            tail=lambda: self._tail(logs=remembers, remark=_INCOGNITO if journal.incognito else ""),
            recollect=(lambda text: self._recollect(text, memory, conversation.model)) if remembers else None,
            cited=memory.cited,
            guard=guard,
            begin=lambda: self.equipment.changes.begin(journal.id),
            close=kit.aclose,
            reminder=lambda: self.equipment.policy().block,
            under_way=self._turns.under_way if persons else nullcontext,
            limits=Limits(
                rounds=agent.max_rounds,
                repeats=agent.max_tool_repeats or _UNLIMITED,
                result_chars=self.config.tools.tool_output_max_chars or _UNLIMITED,
            ),
            max_tokens=agent.max_tokens,
            on_crash=None if journal.incognito else self.on_crash,
        )
        return conversation

    def _tail(self, *, logs: bool, remark: str) -> str:
        """What changes from turn to turn: the time, the logs of today and yesterday, and what else is to be said."""
        moment = now()
        days = load_context(self.memory.workspace, moment.date()).tail if logs else ""
        now_and_here = tail(moment=moment, folder=str(Path.cwd()), workspace=str(self.places.workspace))
        return "\n\n".join(filter(None, (now_and_here, days, remark)))

    async def _recollect(self, text: str, memory: SignedMemory, model: str) -> Found:
        """The few memories that bear on `text`; recall looks for itself."""
        if self.config.agent.active_recall and model != "recall":
            return await memory.recollect(text)
        memory.begin()
        return Found(())

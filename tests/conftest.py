"""What every test shares: hypothesis without deadlines (no test depends on time) and without its slow search for explanations."""

from hypothesis import Phase, settings

settings.register_profile(
    "hunkgate",
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
settings.load_profile("hunkgate")

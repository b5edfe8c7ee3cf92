/// What is switched off when nobody needs it. Set by -DNAME=value in KASANE_FIRMWARE_DEFINITIONS.
#ifndef KASANE_RUNTIME_POWER_POLICY_H
#define KASANE_RUNTIME_POWER_POLICY_H

/// 1: engines lose their supply between images; pays if the gap's leakage outweighs the wake-up.
/// FMM and WM never do: they hold the weights.
#ifndef KASANE_ENGINES_OFF_BETWEEN_IMAGES
#define KASANE_ENGINES_OFF_BETWEEN_IMAGES 0
#endif

#endif

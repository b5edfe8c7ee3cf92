/// Turns what was added up into stacks with names.
#pragma once

#include "models/common/energy_account.h"
#include "platform/profile/call_tree.h"
#include "platform/profile/code_map.h"
#include "platform/profile/ledger.h"
#include "platform/profile/profile.h"

namespace kasane::profile {

/// Divides what is known of a whole function only among its inlined calls: cycles that instructions do not
/// always take, and background with all cycles; data accesses by loads and stores; fetches by instructions.
Profile profile_of(const CallTree& tree, const Ledger& ledger, const CodeMap& code,
                   const EnergyAccount& account);

}  // namespace kasane::profile

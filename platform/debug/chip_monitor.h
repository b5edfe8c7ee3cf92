/// What GDB's `monitor` can ask of the chip: reset, quantum, power.
#pragma once

#include <memory>

#include "models/common/energy_account.h"
#include "platform/cpu/debug/debug_port.h"
#include "platform/cpu/hart.h"
#include "platform/debug/monitor.h"

namespace kasane::gdb {

/// All of these must outlive the monitor. Looking changes nothing, nor the account's last digit.
Monitor chip_monitor(DebugPort& debugger, Hart& hart, const EnergyAccount& account);

}  // namespace kasane::gdb

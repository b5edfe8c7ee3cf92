#include "platform/run/run_code.h"

namespace kasane {

profile::CodeMap code_map(const ReadyRun& run) {
  profile::CodeMap code;
  for (const MemoryMapEntry& entry : run.machine->memory_map()) {
    code.add_place(entry.name, {entry.base, entry.base + entry.bytes});
  }
  for (const std::filesystem::path& program : run.programs) code.add_program(program);
  return code;
}

}  // namespace kasane

#include "platform/profile/job_sites.h"

namespace kasane::profile {

JobSites::JobSites(const sc_core::sc_object& hart, const EnergyAccount& account)
    : hart_(hart), account_(account), jobs_(account.blocks().size()) {}

JobSites::Source JobSites::find(const sc_core::sc_object* process) const {
  Source source;
  for (const sc_core::sc_object* object = process; object != nullptr; object = object->get_parent_object()) {
    if (object == &hart_) source.is_hart = true;
    for (const WorkerEntry& worker : account_.feed().workers()) {
      const bool matches =
          worker.kind == Worker::engine && account_.blocks()[worker.block.index].name == object->basename();
      if (matches) source.engines.push_back(worker.block.index);
    }
  }
  return source;
}

const JobSites::Source& JobSites::source() {
  const sc_core::sc_object* process = sc_core::sc_get_current_process_b();
  if (process != last_process_ || last_source_ == nullptr) {
    const auto [entry, fresh] = sources_.try_emplace(process);
    if (fresh) entry->second = find(process);
    last_process_ = process;
    last_source_ = &entry->second;
  }
  return *last_source_;
}

JobSites::Cause JobSites::cause(const Site& running) {
  for (const std::uint32_t engine : source().engines) {
    if (jobs_[engine].node != nullptr) return {jobs_[engine], BlockId{engine}};
  }
  return {running, std::nullopt};
}

}  // namespace kasane::profile

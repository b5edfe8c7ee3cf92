#include "models/common/job_watch.h"

#include "models/common/transaction_tag.h"

namespace kasane {

void JobWatch::on_access(const tlm::tlm_generic_payload& payload) {
  TransactionTag* tag = nullptr;
  payload.get_extension(tag);
  if (setting_up_ || !payload.is_write() || tag != nullptr) return;
  switch (payload.get_address()) {
    case KASANE_ENGINE_CONTROL:
    case KASANE_ENGINE_COMMAND_LOW:
    case KASANE_ENGINE_COMMAND_HIGH:
    case KASANE_ENGINE_COMMAND_COUNT:
      setting_up_ = true;
      call_begin_ = sc_core::sc_time_stamp();
      return;
    default:
      return;
  }
}

void JobWatch::begin_job() {
  job_begin_ = sc_core::sc_time_stamp();
  layer_ = no_layer;
  job_ = setting_up_ ? ++calls_ : 0;
  account_.feed().tell([&](ActivityObserver& observer) { observer.on_job_begin(engine_); });
  if (!setting_up_) return;
  setting_up_ = false;
  account_.feed().tell([&](ActivityObserver& observer) {
    observer.on_driver_call(engine_, job_, {call_begin_, job_begin_});
  });
}

void JobWatch::end_job() {
  const Interval when{job_begin_, sc_core::sc_time_stamp()};
  account_.feed().tell([&](ActivityObserver& observer) { observer.on_job(engine_, job_, layer_, when); });
}

}  // namespace kasane

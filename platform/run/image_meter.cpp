#include "platform/run/image_meter.h"

#include "models/common/seconds.h"

namespace kasane {
namespace {

Energy between(const Energy& begin, const Energy& end) {
  return {end.dynamic - begin.dynamic, end.leakage - begin.leakage};
}

}  // namespace

ImageMeter::Moment ImageMeter::now() {
  account_->settle();
  Moment moment{.at = sc_core::sc_time_stamp(), .energy = {}};
  for (std::uint32_t block = 0; block < account_->blocks().size(); ++block) {
    moment.energy.push_back(account_->spent({block}));
  }
  return moment;
}

void ImageMeter::begin(std::uint32_t image) {
  const Moment moment = now();
  if (begins_.empty()) counted_ = moment;
  begins_[image] = moment;
  overlapped_ = overlapped_ || begins_.size() > 1;
}

double ImageMeter::end(std::uint32_t image) {
  Moment moment = now();
  const Moment& begin = begins_.at(image);
  energy_.resize(moment.energy.size());
  double joules = 0;
  for (std::size_t block = 0; block < energy_.size(); ++block) {
    joules += between(begin.energy[block], moment.energy[block]).total();
    energy_[block] += between(counted_.energy[block], moment.energy[block]);
  }
  seconds_ += seconds_of(moment.at - counted_.at);
  begins_.erase(image);
  counted_ = std::move(moment);
  return joules;
}

}  // namespace kasane

/// Attaches an extension that lives on the stack to a payload for as long as this object lives.
#pragma once

#include <tlm>

namespace kasane {

/// A payload frees the extensions it still holds when it goes. Where a call through it does not return (the
/// target throws, or the kernel ends the process in mid-call), only a destructor takes the extension off.
template <typename Extension>
class ScopedExtension {
 public:
  ScopedExtension(tlm::tlm_generic_payload& payload, Extension& extension)
      : payload_(payload), extension_(extension) {
    payload_.set_extension(&extension_);
  }
  ~ScopedExtension() { payload_.clear_extension(&extension_); }
  ScopedExtension(const ScopedExtension&) = delete;
  ScopedExtension& operator=(const ScopedExtension&) = delete;

 private:
  tlm::tlm_generic_payload& payload_;
  Extension& extension_;
};

}  // namespace kasane

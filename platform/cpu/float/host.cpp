#include "platform/cpu/float/host.h"

namespace kasane::cpu::ieee {

bool host_conforms() {
  // Volatile, so that the compiler does not compute in the host's place.
  const volatile double smallest = 0x1p-1074, smallest_normal = 0x1p-1022, one = 1, half = 0.5;
  const volatile double tie = 0x1p-53, above_tie = 0x1.8p-53;
  const bool takes_subnormals = smallest / smallest_normal > 0;
  const bool gives_subnormals = smallest_normal * half > 0;
  const bool ties_to_even = one + tie == 1 && one + above_tie > 1 && -one - above_tie < -1;
  return takes_subnormals && gives_subnormals && ties_to_even;
}

}  // namespace kasane::cpu::ieee

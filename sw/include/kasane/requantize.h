/// The one definition of how a wide accumulator becomes an int8 activation.
#ifndef KASANE_REQUANTIZE_H
#define KASANE_REQUANTIZE_H

#include "kasane/base.h"

/// clamp(floor(value * multiplier / 2^shift + 1/2) + zero_point, minimum, maximum).
/// |value| <= 2^31, 0 <= multiplier < 2^31, 1 <= shift <= 62, minimum <= maximum.
static inline int8_t kasane_requantize(int64_t value, int32_t multiplier, int32_t shift, int8_t zero_point,
                                       int8_t minimum, int8_t maximum) {
  const int64_t rounded = (value * multiplier + ((int64_t)1 << (shift - 1))) >> shift;
  const int64_t shifted = rounded + zero_point;
  return (int8_t)(shifted < minimum ? minimum : shifted > maximum ? maximum : shifted);
}

#endif

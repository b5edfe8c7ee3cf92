/// Sums of one output channel over a band of pixels: a kept weight adds or takes away a rectangle of the
/// input.
#ifndef KASANE_RUNTIME_SOFTWARE_HIDDENITE_SUMS_H
#define KASANE_RUNTIME_SOFTWARE_HIDDENITE_SUMS_H

#include <stdint.h>

#include "kasane/hiddenite.h"

enum {
  HIDDEN_SUMS = 1024,   ///< pixels of a band
  HIDDEN_WEIGHTS = 64,  ///< of one sign, gathered before they are added
};

/// Where a weight is: which input channel of the group and which element of the kernel.
struct hidden_place {
  uint32_t row_begin;  ///< number of the weight at the beginning of the kernel row
  uint32_t input;
  uint32_t r;
  uint32_t s;
};

/// Goes on to a later weight.
void hidden_place_move(struct hidden_place* place, uint32_t weight,
                       const struct kasane_hiddenite_convolution* command);

/// Pixels of a band: first ... end - 1.
struct hidden_rectangle {
  uint16_t first_row;
  uint16_t end_row;
  uint16_t first_column;
  uint16_t end_column;
};

/// A kept weight, as seen from a band.
struct hidden_weight {
  int64_t offset;  ///< from the band's input to what the weight meets at the band's first pixel
  struct hidden_rectangle inside;  ///< pixels at which it meets the input
};

struct hidden_weights {
  uint32_t count;
  struct hidden_weight list[HIDDEN_WEIGHTS];
};

struct hidden_sums {
  const struct kasane_hiddenite_convolution* command;
  const int8_t* input;
  uint32_t first_row;  ///< of the band, in the output
  uint32_t first_column;
  uint32_t rows;
  uint32_t columns;
  struct hidden_weights plus;
  struct hidden_weights minus;
  uint32_t sum[HIDDEN_SUMS];  ///< row after row
};

/// Zero, for a band of at most `rows` x `columns` pixels, HIDDEN_SUMS at most, whose first pixel is (y, x).
void hidden_sums_begin(struct hidden_sums* sums, const struct kasane_hiddenite_convolution* command,
                       const int8_t* input, uint32_t y, uint32_t x, uint32_t rows, uint32_t columns);

void hidden_sums_add(struct hidden_sums* sums, const struct hidden_place* place, int8_t sign);

/// The sums are complete.
void hidden_sums_finish(struct hidden_sums* sums);

#endif

/// The random weights that are never stored: the sign of a weight follows from its layer's seed and its
/// index.
///
/// Stateless: any index can be asked for in any order, so that every tiling of a layer sees the same weights.
/// The index counts a layer's weights in the order (output channel, input channel of the group, kernel row,
/// kernel column), the last one fastest; a fully connected layer's in (output, input).
///
/// Training, compiler and hardware model all use this one definition.
#ifndef KASANE_WEIGHT_GENERATOR_H
#define KASANE_WEIGHT_GENERATOR_H

#include "kasane/base.h"

enum {
  KASANE_GENERATOR_MURMUR = 0,    ///< two 32-bit multiplications a word
  KASANE_GENERATOR_XORSHIFT = 1,  ///< shifts, exclusive ors and four additions: no multiplication
  KASANE_GENERATORS = 2,
};

/// Where the generator stands at an index: a counter that advances by 2^32 / golden ratio, an odd number, so
/// that all 2^32 indices have a state of their own.
static inline uint32_t kasane_generator_state(uint32_t layer_seed, uint32_t index) {
  return index * 0x9E3779B9u + layer_seed;
}

/// The finaliser of MurmurHash3 (Appleby, public domain): a bijection in which each bit depends on all.
static inline uint32_t kasane_murmur_finalise(uint32_t state) {
  state ^= state >> 16;
  state *= 0x85EBCA6Bu;
  state ^= state >> 13;
  state *= 0xC2B2AE35u;
  return state ^ (state >> 16);
}

/// One round of xorshift32 (Marsaglia, Xorshift RNGs, 2003), linear over bits; 0 stays 0.
static inline uint32_t kasane_xorshift_round(uint32_t state) {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^ (state << 5);
}

/// Rounds of xorshift with an addition after each. Without the additions the word would be linear in the bits
/// of a counter, and signs some thousand indices apart correlate by a quarter or more, after however many
/// rounds; with them and four rounds no correlation is to be seen.
static inline uint32_t kasane_xorshift_mix(uint32_t state) {
  for (int round = 0; round < 4; ++round) {
    state = kasane_xorshift_round(state);
    state += state << 3;
  }
  return state;
}

/// `generator` is one of KASANE_GENERATOR_...; any other is taken for murmur.
static inline uint32_t kasane_random_word(uint32_t generator, uint32_t layer_seed, uint32_t index) {
  const uint32_t state = kasane_generator_state(layer_seed, index);
  return generator == KASANE_GENERATOR_XORSHIFT ? kasane_xorshift_mix(state) : kasane_murmur_finalise(state);
}

/// +1 or -1: bit 0 of the word, 1 means -1.
static inline int8_t kasane_random_sign(uint32_t generator, uint32_t layer_seed, uint32_t index) {
  return (int8_t)(1 - 2 * (int)(kasane_random_word(generator, layer_seed, index) & 1u));
}

#endif

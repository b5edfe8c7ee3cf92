/// Random bit patterns that meet the borders of a format much more often than evenly spread ones would.
#pragma once

#include <array>
#include <iterator>
#include <random>

#include "platform/cpu/float/format.h"

namespace kasane::testing {

/// What arithmetic treats specially, and the neighbours of it; each also stands for its negative.
template <typename F>
inline constexpr std::array special_magnitudes = {
    typename F::Bits{0},
    typename F::Bits{1},
    typename F::Bits{2},
    cpu::ieee::quiet_bit<F>,
    cpu::ieee::fraction_mask<F>,
    cpu::ieee::hidden_bit<F>,
    static_cast<typename F::Bits>(cpu::ieee::hidden_bit<F> + 1),
    static_cast<typename F::Bits>(cpu::ieee::bias<F>* cpu::ieee::hidden_bit<F> - 1),
    static_cast<typename F::Bits>(cpu::ieee::bias<F>* cpu::ieee::hidden_bit<F>),
    static_cast<typename F::Bits>(cpu::ieee::bias<F>* cpu::ieee::hidden_bit<F> + 1),
    static_cast<typename F::Bits>(cpu::ieee::bias<F>* cpu::ieee::hidden_bit<F> | cpu::ieee::quiet_bit<F>),
    cpu::ieee::largest<F>,
    static_cast<typename F::Bits>(cpu::ieee::largest<F> - 1),
    cpu::ieee::infinity<F>,
    static_cast<typename F::Bits>(cpu::ieee::infinity<F> + 1),
    cpu::ieee::canonical_nan<F>,
    static_cast<typename F::Bits>(cpu::ieee::canonical_nan<F> + 1),
};

template <typename F>
class Operands {
 public:
  using Bits = typename F::Bits;
  explicit Operands(std::uint64_t seed) : generator_(seed) {}

  Bits next() {
    last_ = choose();
    return last_;
  }
  std::uint64_t raw() { return generator_(); }

 private:
  Bits choose() {
    using namespace cpu::ieee;
    switch (generator_() % 8) {
      case 0:
        return with_sign<F>(sign(),
                            std::data(special_magnitudes<F>)[generator_() % special_magnitudes<F>.size()]);
      case 1:  // near the last one, to cancel
        return with_sign<F>(sign(), magnitude<F>(last_) + static_cast<Bits>(generator_() % 8) - 4);
      case 2:  // its exponent close to the last one's
        return number(biased_exponent<F>(last_) + static_cast<int>(generator_() % 9) - 4);
      case 3:  // subnormal or just normal
        return number(static_cast<int>(generator_() % 3));
      case 4:  // exponents whose sums and differences border on under- and overflow
        return number(bias<F> / 2 * static_cast<int>(generator_() % 5) + static_cast<int>(generator_() % 5) -
                      2);
      case 5:  // about the size of integers
        return number(bias<F> - 2 + static_cast<int>(generator_() % 68));
      case 6:  // around one
        return number(bias<F> - 30 + static_cast<int>(generator_() % 60));
      default:
        return static_cast<Bits>(generator_());
    }
  }
  bool sign() { return generator_() % 2 != 0; }

  Bits number(int exponent) {
    using namespace cpu::ieee;
    const Bits field = static_cast<Bits>(exponent < 0                 ? 0
                                         : exponent > exponent_max<F> ? exponent_max<F>
                                                                      : exponent);
    return with_sign<F>(sign(), field << F::fraction_bits | fraction());
  }
  /// Random, or few ones, or few zeros: exact results and ties.
  Bits fraction() {
    using namespace cpu::ieee;
    const auto random = static_cast<Bits>(generator_());
    const auto sparse = static_cast<Bits>(Bits{1} << generator_() % F::fraction_bits |
                                          Bits{1} << generator_() % F::fraction_bits);
    switch (generator_() % 4) {
      case 0:
        return sparse & fraction_mask<F>;
      case 1:
        return ~sparse & fraction_mask<F>;
      case 2:  // the low half 0
        return random & fraction_mask<F> & ~((Bits{1} << F::fraction_bits / 2) - 1);
      default:
        return random & fraction_mask<F>;
    }
  }

  std::mt19937_64 generator_;
  Bits last_ = 0;
};

}  // namespace kasane::testing

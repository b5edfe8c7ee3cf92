/// Softmax against the same formula in long double, argmax against the standard library, CRC-32 against zlib.
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <vector>
#include <zlib.h>

extern "C" {
#include "sw/runtime/crc32.h"
#include "sw/runtime/vector.h"
}

namespace {

std::vector<int8_t> random_bytes(std::mt19937& engine, size_t count, int low, int high) {
  std::uniform_int_distribution<int> value(low, high);
  std::vector<int8_t> bytes(count);
  for (auto& byte : bytes) byte = static_cast<int8_t>(value(engine));
  return bytes;
}

TEST(Softmax, IsWithinOneOfTheExactValue) {
  std::mt19937 engine(1);
  int differences = 0;
  int values = 0;
  for (int round = 0; round < 5000; ++round) {
    const size_t count = 1 + engine() % 40;
    const int spread = 1 + static_cast<int>(engine() % 127);
    const auto input = random_bytes(engine, count, -spread, spread);
    const uint32_t scale = round % 50 == 0
                               ? UINT32_MAX
                               : static_cast<uint32_t>(engine() >> (engine() % 32));  // up to 256, and 0
    std::vector<int8_t> output(count);
    vector_softmax(input.data(), output.data(), static_cast<uint32_t>(count), scale);

    const long double unit = std::ldexp(static_cast<long double>(scale), -24);
    const int largest = *std::max_element(input.begin(), input.end());
    long double sum = 0;
    for (const int8_t in : input) sum += std::exp(unit * (in - largest));
    for (size_t i = 0; i < count; ++i) {
      const long double exact = std::round(256 * std::exp(unit * (input[i] - largest)) / sum) - 128;
      const auto difference = std::abs(static_cast<int>(std::min(exact, 127.0L)) - output[i]);
      ASSERT_LE(difference, 1) << "round " << round << " scale " << unit;
      differences += difference != 0;
      ++values;
    }
  }
  // Only exact ties may fall on the other side.
  EXPECT_LT(differences, values / 1000);
}

TEST(Softmax, WorksInPlace) {
  std::vector<int8_t> values = {10, 20, 30, -5};
  std::vector<int8_t> apart(4);
  vector_softmax(values.data(), apart.data(), 4, 1 << 20);
  vector_softmax(values.data(), values.data(), 4, 1 << 20);
  EXPECT_EQ(values, apart);
}

TEST(Argmax, TakesTheFirstLargest) {
  std::mt19937 engine(2);
  for (int round = 0; round < 2000; ++round) {
    const auto input =
        random_bytes(engine, 1 + engine() % 30, round % 2 != 0 ? -3 : -128, round % 2 != 0 ? 3 : 127);
    const auto expected = std::max_element(input.begin(), input.end()) - input.begin();
    ASSERT_EQ(vector_argmax(input.data(), static_cast<uint32_t>(input.size())), expected);
  }
}

TEST(Crc32, EqualsZlib) {
  std::mt19937 engine(3);
  struct crc32 tables {};
  crc32_prepare(&tables);
  for (int round = 0; round < 1000; ++round) {
    const auto bytes = random_bytes(engine, engine() % 300 + 16, -128, 127);
    const size_t begin = engine() % 16;
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data()) + begin;
    const size_t count = bytes.size() - begin;
    const size_t split = count == 0 ? 0 : engine() % count;
    const uint32_t first = crc32_continue(&tables, 0, data, split);
    ASSERT_EQ(crc32_continue(&tables, first, data + split, count - split),
              ::crc32(0, data, static_cast<uInt>(count)));
  }
}

}  // namespace

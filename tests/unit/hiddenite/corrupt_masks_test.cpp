/// Masks that contradict their command: the engine says so, has written nothing but what earlier tiles
/// rightly wrote, and works on.
#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <optional>

#include "tests/reference/random_hiddenite_layers.h"
#include "tests/unit/hiddenite/hiddenite_chip.h"

namespace kasane {
namespace {

using reference::Bytes;
using reference::HiddenLayer;
using reference::MaskFields;
using reference::Random;

constexpr std::uint32_t no_error = KASANE_ERROR_NONE, mask_error = KASANE_ERROR_MASK;

class CorruptMasks : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technology = std::make_unique<Technology>(
        Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"}));
    account = std::make_unique<EnergyAccount>();
    chip = std::make_unique<HiddeniteChip>("chip", HiddeniteChip::Sizes{}, *account, *technology);
    // Without a FIFO each mask is fetched alone, and blocks are small.
    HiddeniteConfig config{.output_channels = 4, .mask_fifo_bytes = 0, .weight_buffer_bytes = 512};
    small = std::make_unique<HiddeniteChip>("small", HiddeniteChip::Sizes{.engine = config}, *account,
                                            *technology);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  static std::vector<HiddeniteChip*> chips() { return {chip.get(), small.get()}; }

  static HiddenLayer make_layer(Random& random, const HiddeniteChip& on) {
    const HiddeniteConfig& config = on.engine.config();
    HiddenLayer layer = make_random_hidden_layer(
        random, config.output_channels,
        {.outputs = 20, .products = 20'000, .tile_weights = config.weight_buffer_bytes * 2});
    layer.fmm.resize(HiddeniteChip::fmm_bytes, 0x3C);
    layer.wm.resize(HiddeniteChip::wm_bytes, 0xC3);
    return layer;
  }

  /// FMM as the reference leaves it; nothing if it finds the mask corrupt.
  static std::optional<Bytes> expected(const HiddenLayer& layer) {
    try {
      return layer.expected();
    } catch (const std::invalid_argument&) {
      return std::nullopt;
    }
  }

  /// Runs `layer`, whose mask was corrupted after `good`, and `good` after it. True if it was refused.
  static bool run(HiddeniteChip& on, const HiddenLayer& good, const HiddenLayer& layer) {
    on.load_fmm(layer.fmm);
    on.load_wm(layer.wm);
    const HiddeniteChip::Result result = on.run(layer.record());
    const Bytes after = on.dump_fmm(), complete = good.expected();
    // In a thread of its own: on a stack that coroutines have left, sanitizers take an exception for a stray
    // write.
    const std::optional<Bytes> right = std::async(std::launch::async, [&] { return expected(layer); }).get();
    EXPECT_EQ(result.status & KASANE_STATUS_BUSY, 0u) << layer.description;
    if (right) {
      EXPECT_EQ(result.error, no_error) << layer.description;
      EXPECT_TRUE(after == *right) << layer.description;
      return false;
    }
    EXPECT_EQ(result.error, mask_error) << layer.description;
    EXPECT_TRUE(is_part_of(good.command, layer.fmm, after, complete)) << layer.description;
    on.load_fmm(good.fmm);
    on.load_wm(good.wm);
    EXPECT_EQ(on.run(good.record()).error, no_error) << good.description;
    EXPECT_TRUE(on.dump_fmm() == complete) << good.description;
    return true;
  }

  /// Some of the output is written, though none of its last channel: all tiles before that may have been
  /// stored when the last one's mask is decoded.
  static bool is_part_of(const kasane_hiddenite_convolution& c, const Bytes& before, const Bytes& after,
                         const Bytes& complete) {
    for (std::size_t a = 0; a < after.size(); ++a)
      if (after[a] != before[a] && after[a] != complete[a]) return false;
    const std::uint64_t last =
        c.output_address + std::uint64_t{c.output_channels - 1} * c.output_channel_pitch;
    for (std::uint32_t x = 0; x < c.output_width; ++x)
      if (after[last + x] != before[last + x]) return false;
    return true;
  }

  static inline std::unique_ptr<Technology> technology;
  static inline std::unique_ptr<EnergyAccount> account;
  static inline std::unique_ptr<HiddeniteChip> chip, small;
};

/// Writes these fields as the layer's masks, behind all its other lists.
void set_fields(HiddenLayer& layer, const std::vector<MaskFields>& tiles) {
  layer.command.mask_address = static_cast<std::uint32_t>(HiddeniteChip::wm_bytes) / 2;
  std::uint64_t at = layer.command.mask_address;
  for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
    reference::store_word(layer.wm, layer.command.tiles_address + 4 * tile,
                          static_cast<std::int32_t>(tiles[tile].size()));
    for (const std::uint8_t byte : reference::pack_fields(tiles[tile], layer.command.field_bits))
      layer.wm.at(at++) = byte;
  }
  layer.command.mask_bytes = static_cast<std::uint32_t>(at - layer.command.mask_address);
}

std::vector<MaskFields> fields_of(const HiddenLayer& layer) {
  std::vector<MaskFields> tiles;
  for (const reference::HiddenTile& tile : reference::hidden_tiles(layer.command, layer.wm))
    tiles.push_back(tile.fields);
  return tiles;
}

// The table and mask_bytes agree; what is wrong only the decoder can see.
TEST_F(CorruptMasks, FieldsThatDoNotCoverTheirTile) {
  Random random(1);
  for (HiddeniteChip* on : chips())
    for (int index = 0; index < 25; ++index) {
      const HiddenLayer good = make_layer(random, *on);
      const std::vector<MaskFields> tiles = fields_of(good);
      const auto tile =
          static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(tiles.size()) - 1));
      const auto with = [&](auto change) {
        HiddenLayer layer = good;
        std::vector<MaskFields> changed = tiles;
        change(changed[tile]);
        set_fields(layer, changed);
        return layer;
      };
      ASSERT_FALSE(run(*on, good, with([](MaskFields&) {})));
      const std::uint32_t largest = (1u << good.command.field_bits) - 1;
      const auto any = [&] { return static_cast<std::uint32_t>(random.between(0, largest)); };
      EXPECT_TRUE(run(*on, good, with([](MaskFields& fields) { fields.pop_back(); })));
      EXPECT_TRUE(run(*on, good, with([](MaskFields& fields) { fields.resize((fields.size() - 1) / 2); })));
      EXPECT_TRUE(run(*on, good, with([](MaskFields& fields) { fields.clear(); })));
      EXPECT_TRUE(run(*on, good, with([&](MaskFields& fields) { fields.push_back(any()); })));
      EXPECT_TRUE(run(*on, good, with([&](MaskFields& fields) { fields.resize(fields.size() + 100, 0); })));
      const auto lengthen = [&](MaskFields& fields) {  // the last run; what is right may then follow
        fields.back() = std::min(fields.back() + 2, largest);
        fields.push_back(0);
      };
      if (good.command.field_bits > 1) {
        EXPECT_TRUE(run(*on, good, with(lengthen)));
      }
      if (HasFailure()) return;
    }
}

TEST_F(CorruptMasks, NumbersThatContradictEachOther) {
  Random random(2);
  for (HiddeniteChip* on : chips())
    for (int index = 0; index < 25; ++index) {
      const HiddenLayer good = make_layer(random, *on);
      const std::size_t tiles = fields_of(good).size();
      const std::uint64_t entry =
          good.command.tiles_address +
          4 * static_cast<std::uint64_t>(random.between(0, static_cast<std::int64_t>(tiles) - 1));
      for (const std::int32_t fields : {0, -1, 0x7FFFFFFF, 0x10000, reference::word(good.wm, entry) + 64}) {
        HiddenLayer layer = good;
        reference::store_word(layer.wm, entry, fields);
        EXPECT_TRUE(run(*on, good, layer)) << fields;
      }
      for (const int difference : {-1, 1, 1000, -static_cast<int>(good.command.mask_bytes)}) {
        HiddenLayer layer = good;
        layer.command.mask_bytes += static_cast<std::uint32_t>(difference);
        EXPECT_TRUE(run(*on, good, layer)) << difference;
      }
      if (HasFailure()) return;
    }
}

TEST_F(CorruptMasks, BitsBehindTheLastField) {
  Random random(3);
  int refused = 0;
  for (HiddeniteChip* on : chips())
    for (int index = 0; index < 25; ++index) {
      const HiddenLayer good = make_layer(random, *on);
      std::uint64_t at = good.command.mask_address;
      for (const MaskFields& fields : fields_of(good)) {
        const std::uint64_t bits = fields.size() * std::max<std::uint64_t>(1, good.command.field_bits);
        at += (bits + 7) / 8;
        for (std::uint64_t bit = bits % 8; bit % 8 != 0; ++bit) {
          if (!random.one_in(8)) continue;
          HiddenLayer layer = good;
          layer.wm[at - 1] |= static_cast<std::uint8_t>(1 << bit);
          EXPECT_TRUE(run(*on, good, layer)) << "bit " << bit;
          ++refused;
        }
      }
      if (HasFailure()) return;
    }
  EXPECT_GT(refused, 50);
}

// Whichever bit of the lists flips, the engine finds them corrupt exactly when the reference does.
TEST_F(CorruptMasks, AnyBitThatFlips) {
  Random random(4);
  int refused = 0, others = 0;
  for (HiddeniteChip* on : chips())
    for (int index = 0; index < 250; ++index) {
      const HiddenLayer good = make_layer(random, *on);
      HiddenLayer layer = good;
      const std::uint32_t table = 4 * static_cast<std::uint32_t>(fields_of(good).size());
      const bool in_table = random.one_in(8);
      const std::uint64_t list = in_table ? good.command.tiles_address : good.command.mask_address;
      const std::int64_t bytes = in_table ? table : good.command.mask_bytes;
      layer.wm[list + static_cast<std::uint64_t>(random.between(0, bytes - 1))] ^=
          static_cast<std::uint8_t>(1 << random.between(0, 7));
      ++(run(*on, good, layer) ? refused : others);
      if (HasFailure()) return;
    }
  std::cout << refused << " masks refused, " << others << " still a mask\n";
  EXPECT_GT(refused, 200);
  EXPECT_GT(others, 50);
}

}  // namespace
}  // namespace kasane

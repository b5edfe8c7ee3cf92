/// The generator against its promises, and the two references of this folder against each other.
#include "tests/reference/random_kcu_layers.h"

#include <gtest/gtest.h>
#include <map>
#include <set>

#include "tests/reference/convolution_fields.h"

namespace kasane::reference {
namespace {

TEST(RandomKcuLayers, SameSeedSameLayer) {
  Random first(7), second(7), other(8);
  const auto layer = make_random_kcu_layer(first, make_random_units(first));
  const auto same = make_random_kcu_layer(second, make_random_units(second));
  EXPECT_EQ(std::memcmp(&layer.convolution, &same.convolution, sizeof layer.convolution), 0);
  EXPECT_EQ(layer.table, same.table);
  EXPECT_EQ(layer.finish.fmm, same.finish.fmm);
  EXPECT_EQ(layer.finish.wm, same.finish.wm);
  EXPECT_EQ(layer.finish.sums, same.finish.sums);
  EXPECT_NE(layer.table, make_random_kcu_layer(other, make_random_units(other)).table);
}

TEST(RandomKcuLayers, JobOrderDoesNotMatter) {
  Random random(31);
  int changed_tables = 0;
  for (int i = 0; i < 100; ++i) {
    const auto layer = make_random_kcu_layer(random, make_random_units(random));
    const auto shuffled = shuffle_jobs(random, layer);
    changed_tables += layer.table != shuffled.table;
    EXPECT_EQ(layer.expected_sums(), shuffled.expected_sums()) << layer.finish.description;
  }
  EXPECT_GT(changed_tables, 80);
}

TEST(RandomKcuLayers, ReachEveryFeature) {
  Random random(2026);
  std::map<std::string, int> seen;
  std::set<int> kernels, shifts;
  std::set<uint8_t> values;
  for (int i = 0; i < 600; ++i) {
    const auto layer = make_random_kcu_layer(random, make_random_units(random));
    const kasane_kcu_convolution& c = layer.convolution;
    kernels.insert(c.kernel);
    shifts.insert(c.gain_shift);
    for (const Job& job : decode_table(c, layer.table)) {
      seen["fan-out"] += job.targets.size() > 3;
      for (const kasane_kcu_target& target : job.targets) seen["negative gain"] += target.gain < 0;
    }
    const uint32_t plane = c.output_height * c.output_width * 4;
    const kasane_ncu_residual& r = layer.finish.command;
    const uint32_t blocks = (r.output_channels + r.kept_block - 1u) / r.kept_block;
    seen["sums' gap"] += c.sums_channel_pitch > plane;
    seen["sums without gap"] += c.sums_channel_pitch == plane;
    seen["strides differ"] += c.stride_height != c.stride_width;
    seen["padding"] += c.pad_top > 0 && c.pad_left > 0;
    seen["pitch"] += c.input_row_pitch > c.input_width;
    seen["several blocks"] += blocks > 1;
    seen["short last block"] += r.output_channels % r.kept_block != 0 && blocks > 1;
    seen["nothing kept"] += r.kept_bytes == blocks * 4;
    seen["kept and replaced"] += r.kept_bytes > blocks * 4;
    const Bytes after = layer.expected_fmm();
    for (size_t a = 0; a < after.size(); ++a)
      if (after[a] != layer.finish.fmm[a]) values.insert(after[a]);
  }
  EXPECT_EQ(kernels, (std::set{3, 5, 7}));
  EXPECT_EQ(shifts.size(), KASANE_KCU_MAX_GAIN_SHIFT + 1u);
  EXPECT_EQ(values.size(), 256u) << "not all int8 values occur in outputs";
  for (const auto& [feature, count] : seen) EXPECT_GT(count, 20) << feature;
}

/// Puts kernel (output, channel) where the whole convolution has it, in the last bytes of `wm`.
class WholeWeights {
 public:
  WholeWeights(const kasane_ncu_residual& command, Bytes& wm)
      : c_(command), wm_(wm), taps_(size_t{c_.kernel_height} * c_.kernel_width), base_(wm.size()) {
    wm_.resize(base_ + taps_ * c_.input_channels * c_.output_channels);
  }

  uint32_t address() const { return static_cast<uint32_t>(base_); }
  size_t taps() const { return taps_; }
  void set(uint32_t output, uint32_t channel, size_t element, int weight) {
    store(wm_, place(output, channel, element), static_cast<int8_t>(weight));
  }
  int get(uint32_t output, uint32_t channel, size_t element) const {
    return signed_byte(wm_, place(output, channel, element));
  }

 private:
  size_t place(uint32_t output, uint32_t channel, size_t element) const {
    return base_ + (size_t{output} * c_.input_channels + channel) * taps_ + element;
  }

  const kasane_ncu_residual& c_;
  Bytes& wm_;
  size_t taps_;
  size_t base_;
};

void copy_kept(const kasane_ncu_residual& c, const Bytes& wm, WholeWeights& whole) {
  uint64_t list = c.kept_address, weight = c.weight_address;
  for (uint32_t first = 0; first < c.output_channels; first += c.kept_block) {
    const int32_t entries = word(wm, list);
    list += 4;
    for (int32_t n = 0; n < entries; ++n, list += 8)
      for (uint32_t bit = 0; bit < c.kept_block; ++bit)
        if ((static_cast<uint32_t>(word(wm, list + 4)) & (1u << bit)) != 0)
          for (size_t e = 0; e < whole.taps(); ++e)
            whole.set(first + bit, half_word(wm, list), e, signed_byte(wm, weight++));
  }
}

kasane_ncu_convolution whole_convolution(const kasane_ncu_residual& r, uint32_t weight_address) {
  kasane_ncu_convolution c{};
  c.header.opcode = KASANE_NCU_CONVOLUTION;
  copy_shape(c, r);
  copy_maps(c, r);
  copy_output_range(c, r);
  c.weight_address = weight_address;
  c.parameters_address = r.parameters_address;
  c.pad_value = r.pad_value;
  return c;
}

/// Sets every gain to 1 in the record's fixed point; false if a kernel is given to units twice.
bool set_gains_to_one(RandomKcuLayer& layer) {
  std::vector<Job> jobs = decode_table(layer.convolution, layer.table);
  std::set<std::pair<uint16_t, uint16_t>> kernels;
  for (Job& job : jobs)
    for (kasane_kcu_target& target : job.targets) {
      target.gain = static_cast<int16_t>(1 << layer.convolution.gain_shift);
      if (!kernels.emplace(target.output, job.channel).second) return false;
    }
  layer.table = encode_table(layer.convolution, jobs, layer.table);
  return true;
}

TEST(RandomKcuLayers, UnitsOfGainOneAndResidualMakeTheNcusWholeConvolution) {
  Random random(19);
  int compared = 0;
  for (int i = 0; i < 300; ++i) {
    auto layer = make_random_kcu_layer(random, make_random_units(random));
    const kasane_ncu_residual& residual = layer.finish.command;
    if (layer.convolution.gain_shift > 14 || !set_gains_to_one(layer)) continue;
    const std::vector<Job> jobs = decode_table(layer.convolution, layer.table);
    Bytes wm = layer.finish.wm;
    WholeWeights whole(residual, wm);
    copy_kept(residual, layer.finish.wm, whole);
    bool kept_too = false;  // the one job that every layer has may be of a kept kernel
    for (const Job& job : jobs)
      for (const kasane_kcu_target& target : job.targets)
        for (size_t e = 0; e < whole.taps(); ++e) {
          kept_too |= whole.get(target.output, job.channel, e) != 0;
          whole.set(target.output, job.channel, e, layer.units[job.unit].constants[e]);
        }
    if (kept_too) continue;
    const kasane_ncu_convolution c = whole_convolution(residual, whole.address());
    EXPECT_EQ(layer.expected_fmm(), convolution(c, layer.finish.fmm, wm)) << layer.finish.description;
    ++compared;
  }
  EXPECT_GT(compared, 100);
}

}  // namespace
}  // namespace kasane::reference

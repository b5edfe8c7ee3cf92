#include "tests/reference/random_kcu_layers.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/reference/random_parts.h"
#include "tests/reference/random_shapes.h"

namespace kasane::reference {
namespace {

struct Shape {
  Axis vertical, horizontal;
  uint32_t input_channels, output_channels;

  size_t kernels() const { return size_t{input_channels} * output_channels; }
  uint32_t taps() const { return vertical.kernel * horizontal.kernel; }
};

/// `kernel` 0: any height and width.
Shape random_shape(Random& random, const LayerLimits& limits, uint32_t kernel) {
  return {.vertical = random_axis(random, limits, false, kernel),
          .horizontal = random_axis(random, limits, false, kernel),
          .input_channels = size_up_to(random, limits.channels),
          .output_channels = size_up_to(random, limits.channels * 3)};  // several blocks
}

/// Of the sums that a whole layer of random bytes makes; 74 is the deviation of a random byte.
double spread_of(const Shape& shape) {
  return std::sqrt(static_cast<double>(shape.taps() * shape.input_channels)) * 74.0 * 74.0;
}

/// The list of one block of output channels: a count, then entries.
void append_kept_list(std::vector<uint32_t>& words, const Shape& shape, const std::vector<bool>& kept,
                      uint32_t first, uint32_t block_outputs) {
  const size_t count = words.size();
  words.push_back(0);
  for (uint32_t i = 0; i < shape.input_channels; ++i) {
    uint32_t mask = 0;
    for (uint32_t bit = 0; bit < block_outputs; ++bit)
      if (kept[size_t{first + bit} * shape.input_channels + i]) mask |= uint32_t{1} << bit;
    if (mask == 0) continue;
    ++words[count];
    words.push_back(i);  // the upper half is the reserved field
    words.push_back(mask);
  }
}

std::vector<uint32_t> kept_lists(const Shape& shape, const std::vector<bool>& kept, uint32_t block) {
  std::vector<uint32_t> words;
  for (uint32_t first = 0; first < shape.output_channels; first += block)
    append_kept_list(words, shape, kept, first, std::min(block, shape.output_channels - first));
  return words;
}

void place_weights(Random& random, const Shape& shape, const std::vector<bool>& kept,
                   kasane_ncu_residual& command, Bytes& wm) {
  const std::vector<uint32_t> words = kept_lists(shape, kept, command.kept_block);
  command.kept_bytes = static_cast<uint32_t>(words.size() * 4);
  const auto weight_bytes = static_cast<size_t>(std::ranges::count(kept, true)) * shape.taps();
  place_in_any_order(
      random, wm,
      {{&command.weight_address, weight_bytes},
       {&command.parameters_address, shape.output_channels * sizeof(kasane_channel_parameters), 4},
       {&command.kept_address, command.kept_bytes, 4}});
  for (size_t n = 0; n < words.size(); ++n)
    store_word(wm, command.kept_address + n * 4, static_cast<int32_t>(words[n]));
  for (uint32_t o = 0; o < shape.output_channels; ++o)
    write_parameters(wm, command.parameters_address, o, random_parameters(random, spread_of(shape)));
}

/// The last plane ends where its last sum does, at times with the memory; the memory is made of whole words.
void place_sums(Random& random, const Shape& shape, kasane_ncu_residual& command, Bytes& sums) {
  const uint32_t plane = command.output_height * command.output_width * 4;
  command.sums_channel_pitch = plane + (random.one_in(2) ? 0 : 4 * size_up_to(random, 6));
  const size_t bytes = size_t{shape.output_channels - 1} * command.sums_channel_pitch + plane;
  {
    Layout layout(random, sums);
    command.sums_address = layout.place(bytes, 4);
  }
  while (sums.size() % 4 != 0) sums.push_back(random.byte());
}

/// Sums of the layer's size, at times of any size.
void fill_sums(Random& random, const Shape& shape, const kasane_ncu_residual& command, Bytes& sums) {
  const auto spread = static_cast<int64_t>(spread_of(shape));
  if (random.one_in(4)) return;  // as random as the rest of the memory: sums wrap
  for (uint32_t o = 0; o < shape.output_channels; ++o)
    for (uint64_t n = 0; n < uint64_t{command.output_height} * command.output_width; ++n)
      store_word(sums, command.sums_address + uint64_t{o} * command.sums_channel_pitch + n * 4,
                 static_cast<int32_t>(random.between(-spread, spread)));
}

/// `kept` [output * input channels + input].
RandomResidual build_residual(Random& random, const KcuLayerLimits& limits, const Shape& shape,
                              const std::vector<bool>& kept) {
  RandomResidual layer{};
  kasane_ncu_residual& command = layer.command;
  command.header.opcode = KASANE_NCU_RESIDUAL;
  command.header.layer = KASANE_NO_LAYER;
  set_axes(command, shape.vertical, shape.horizontal);
  command.input_channels = shape.input_channels;
  command.output_channels = shape.output_channels;
  command.kept_block =
      static_cast<uint16_t>(random.one_in(2) ? limits.kept_block : size_up_to(random, limits.kept_block));
  place_maps(random, limits.map.pitch_slack, command, shape.input_channels, shape.output_channels, layer.fmm);
  place_weights(random, shape, kept, command, layer.wm);
  place_sums(random, shape, command, layer.sums);
  command.pad_value = random_zero_point(random);
  command.output_zero_point = random_zero_point(random);
  random_output_range(random, command);
  layer.description = describe_shape(command, shape.input_channels, shape.output_channels) + ", " +
                      std::to_string(std::ranges::count(kept, true)) + " kernels kept in blocks of " +
                      std::to_string(command.kept_block);
  return layer;
}

/// Chances in 16 of a kernel to be kept; none and all are frequent.
std::vector<bool> random_choice(Random& random, size_t kernels) {
  const int64_t chances = random.one_in(3) ? (random.one_in(2) ? 0 : 16) : random.between(1, 15);
  std::vector<bool> chosen(kernels);
  for (size_t n = 0; n < kernels; ++n) chosen[n] = random.between(1, 16) <= chances;
  return chosen;
}

/// Mostly gains worth up to 2 after the shift, the rest extremes.
int16_t random_gain(Random& random, int gain_shift) {
  if (random.one_in(16)) return random.one_in(2) ? 32767 : -32768;
  if (random.one_in(16)) return static_cast<int16_t>(random.between(-1, 1));
  const int64_t largest = std::min<int64_t>(32767, int64_t{2} << gain_shift);
  return static_cast<int16_t>(random.between(-largest, largest));
}

/// The units of one size.
std::vector<uint16_t> units_of(const std::vector<UnitKernel>& units, uint32_t size) {
  std::vector<uint16_t> found;
  for (size_t n = 0; n < units.size(); ++n)
    if (units[n].size == size) found.push_back(static_cast<uint16_t>(n));
  return found;
}

/// Gives kernels that are not kept to units, but for some; at least one.
std::vector<Job> random_jobs(Random& random, const Shape& shape, const std::vector<bool>& kept,
                             const std::vector<uint16_t>& candidates, int gain_shift) {
  std::map<std::pair<uint16_t, uint16_t>, std::vector<kasane_kcu_target>> jobs;
  const auto give = [&](size_t kernel) {
    const uint16_t unit = candidates[one_below(random, candidates.size())];
    jobs[{unit, static_cast<uint16_t>(kernel % shape.input_channels)}].push_back(
        {static_cast<uint16_t>(kernel / shape.input_channels), random_gain(random, gain_shift)});
  };
  const bool zeros = random.one_in(2), twice = random.one_in(4);
  for (size_t kernel = 0; kernel < shape.kernels(); ++kernel) {
    if (kept[kernel] || (zeros && random.one_in(5))) continue;
    give(kernel);
    if (twice && random.one_in(4)) give(kernel);
  }
  if (jobs.empty()) give(one_below(random, shape.kernels()));
  std::vector<Job> list;
  for (const auto& [key, targets] : jobs) list.push_back({key.first, key.second, targets});
  return list;
}

/// The table memory with these jobs, and the record's fields that name them.
void place_jobs(Random& random, const std::vector<Job>& jobs, kasane_kcu_convolution& command, Bytes& table) {
  size_t targets = 0;
  for (const Job& job : jobs) targets += job.targets.size();
  command.job_count = static_cast<uint32_t>(jobs.size());
  command.table_bytes =
      static_cast<uint32_t>(jobs.size() * sizeof(kasane_kcu_job) + targets * sizeof(kasane_kcu_target));
  {
    Layout layout(random, table);
    command.table_address = layout.place(command.table_bytes, 4);
  }
  table = encode_table(command, jobs, std::move(table));
}

/// The fields that units and residual have in common.
kasane_kcu_convolution same_layer(const kasane_ncu_residual& residual) {
  kasane_kcu_convolution command{};
  command.header.opcode = KASANE_KCU_CONVOLUTION;
  command.header.layer = residual.header.layer;
  copy_shape(command, residual);
  command.input_address = residual.input_address;
  command.input_channel_pitch = residual.input_channel_pitch;
  command.input_row_pitch = residual.input_row_pitch;
  command.sums_address = residual.sums_address;
  command.sums_channel_pitch = residual.sums_channel_pitch;
  command.kernel = residual.kernel_height;
  command.pad_value = residual.pad_value;
  return command;
}

}  // namespace

std::vector<UnitKernel> make_random_units(Random& random, const KcuLayerLimits& limits) {
  std::vector<UnitKernel> units;
  const int64_t magnitude = random.one_in(2) ? 127 : (int64_t{1} << random.between(1, 7)) - 1;
  for (uint32_t n = size_up_to(random, limits.units); n > 0; --n) {
    UnitKernel unit{.size = static_cast<uint32_t>(3 + 2 * random.between(0, 2)), .constants = {}};
    for (uint32_t e = 0; e < unit.size * unit.size; ++e)
      unit.constants.push_back(random.one_in(16) && magnitude == 127
                                   ? int8_t{-128}
                                   : static_cast<int8_t>(random.between(-magnitude, magnitude)));
    units.push_back(unit);
  }
  return units;
}

RandomResidual make_random_residual(Random& random, const KcuLayerLimits& limits) {
  const Shape shape = random_shape(random, limits.map, 0);
  RandomResidual layer = build_residual(random, limits, shape, random_choice(random, shape.kernels()));
  fill_sums(random, shape, layer.command, layer.sums);
  return layer;
}

RandomKcuLayer make_random_kcu_layer(Random& random, const std::vector<UnitKernel>& units,
                                     const KcuLayerLimits& limits) {
  const uint32_t kernel = units.at(one_below(random, units.size())).size;
  const Shape shape = random_shape(random, limits.map, kernel);
  const std::vector<bool> kept = random_choice(random, shape.kernels());
  RandomKcuLayer layer{
      .units = units, .convolution = {}, .table = {}, .finish = build_residual(random, limits, shape, kept)};
  layer.convolution = same_layer(layer.finish.command);
  const int gain_shift = static_cast<int>(random.one_in(2) ? random.between(8, 14)
                                                           : random.between(0, KASANE_KCU_MAX_GAIN_SHIFT));
  layer.convolution.gain_shift = static_cast<uint8_t>(gain_shift);
  const std::vector<Job> jobs = random_jobs(random, shape, kept, units_of(units, kernel), gain_shift);
  place_jobs(random, jobs, layer.convolution, layer.table);
  layer.finish.description +=
      ", " + std::to_string(jobs.size()) + " jobs, gain shift " + std::to_string(gain_shift);
  return layer;
}

RandomKcuLayer shuffle_jobs(Random& random, RandomKcuLayer layer) {
  std::vector<Job> jobs = decode_table(layer.convolution, layer.table);
  shuffle(random, jobs);
  for (Job& job : jobs) shuffle(random, job.targets);
  layer.table = encode_table(layer.convolution, jobs, std::move(layer.table));
  return layer;
}

}  // namespace kasane::reference

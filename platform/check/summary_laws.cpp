#include "platform/check/summary_laws.h"

#include <array>
#include <boost/json/array.hpp>
#include <cmath>
#include <map>

#include "platform/check/exact_sum.h"

namespace kasane::checks {
namespace {

using boost::json::object;

constexpr const char* file_name = "summary.json";

void expect_equal(Law& law, const std::string& what, double expected, double found, const std::string& unit) {
  if (!equal(expected, found)) law.violated(what + ": " + expected_found(expected, found, unit));
}

void check_totals(const Ledger& ledger, Findings& findings) {
  Law law(findings, file_name, "blocks add up to the chip's energy");
  ExactSum dynamic;
  ExactSum leakage;
  for (const Ledger::Block& block : ledger.blocks) {
    for (const double joules : {block.dynamic, block.leakage}) {
      if (!(std::isfinite(joules) && joules >= 0)) {
        law.violated(block.name + ": expected 0 J or more, found " + text(joules) + " J");
      }
    }
    dynamic.add(block.dynamic);
    leakage.add(block.leakage);
  }
  const object& document = ledger.document;
  expect_equal(law, "dynamic_joules", dynamic.value(), number_of(document, "dynamic_joules", file_name), "J");
  expect_equal(law, "leakage_joules", leakage.value(), number_of(document, "leakage_joules", file_name), "J");
  expect_equal(law, "energy_joules", dynamic.value() + leakage.value(),
               number_of(document, "energy_joules", file_name), "J");
  law.close(counted(ledger.blocks.size(), "block"));
}

/// The layers of a summary, with the words messages name them by.
struct NamedLayer {
  const object* values = nullptr;
  std::string where;
};

std::vector<NamedLayer> layers_of(const Ledger& ledger) {
  std::vector<NamedLayer> layers;
  for (const boost::json::value& value : list_of(ledger.document, "layers", file_name)) {
    const object& layer = as_object(value, "summary.json: layers");
    layers.push_back({&layer, "layer " + std::string(text_of(layer, "name", "summary.json: layers"))});
  }
  return layers;
}

bool all_have(const std::vector<NamedLayer>& layers, std::string_view key) {
  for (const NamedLayer& layer : layers) {
    if (!layer.values->contains(key)) return false;
  }
  return true;
}

void check_layer_times(const Ledger& ledger, Findings& findings) {
  const std::vector<NamedLayer> layers = layers_of(ledger);
  Law sum(findings, file_name, "seconds of layers add up to simulated_seconds");
  ExactSum seconds;
  for (const NamedLayer& layer : layers) seconds.add(number_of(*layer.values, "seconds", layer.where));
  expect_equal(sum, "layers", ledger.simulated_seconds, seconds.value(), "s");
  sum.close(counted(layers.size(), "layer"));

  if (!all_have(layers, "time")) return findings.skip("summary.json: layers have no time");
  Law parts(findings, file_name, "compute, memory, software and idle time add up to each layer's seconds");
  for (const NamedLayer& layer : layers) {
    const object& time = object_of(*layer.values, "time", layer.where);
    ExactSum total;
    for (const char* key : {"compute_seconds", "memory_seconds", "software_seconds", "idle_seconds"}) {
      const double part = number_of(time, key, layer.where);
      if (!(part >= 0))
        parts.violated(layer.where + ": " + key + ": expected 0 s or more, found " + text(part) + " s");
      total.add(part);
    }
    expect_equal(parts, layer.where, number_of(*layer.values, "seconds", layer.where), total.value(), "s");
  }
  parts.close(counted(layers.size(), "layer"));
}

constexpr std::array block_keys{"dynamic_joules", "leakage_joules", "bytes_read", "bytes_written"};

using BlockSums = std::map<std::string, std::array<ExactSum, block_keys.size()>>;

/// Adds a layer's blocks to `sums` and compares their energy with the layer's.
void add_layer(const NamedLayer& layer, BlockSums& sums, Law& law) {
  ExactSum dynamic;
  ExactSum leakage;
  for (const auto& [name, value] : object_of(*layer.values, "blocks", layer.where)) {
    const std::string where = layer.where + ": blocks." + std::string(name);
    const object& block = as_object(value, where);
    for (std::size_t n = 0; n < block_keys.size(); ++n) {
      sums[std::string(name)][n].add(number_of(block, block_keys[n], where));
    }
    dynamic.add(number_of(block, "dynamic_joules", where));
    leakage.add(number_of(block, "leakage_joules", where));
  }
  expect_equal(law, layer.where + ": dynamic_joules", number_of(*layer.values, "dynamic_joules", layer.where),
               dynamic.value(), "J");
  expect_equal(law, layer.where + ": leakage_joules", number_of(*layer.values, "leakage_joules", layer.where),
               leakage.value(), "J");
}

void check_layer_blocks(const Ledger& ledger, Findings& findings) {
  const std::vector<NamedLayer> layers = layers_of(ledger);
  Law energies(findings, file_name, "energy of layers = dynamic + leakage, and adds up to the chip's");
  ExactSum joules;
  for (const NamedLayer& layer : layers) {
    const double energy = number_of(*layer.values, "energy_joules", layer.where);
    joules.add(energy);
    if (!layer.values->contains("dynamic_joules")) continue;
    expect_equal(energies, layer.where, energy,
                 number_of(*layer.values, "dynamic_joules", layer.where) +
                     number_of(*layer.values, "leakage_joules", layer.where),
                 "J");
  }
  expect_equal(energies, "all layers", number_of(ledger.document, "energy_joules", file_name), joules.value(),
               "J");
  energies.close(counted(layers.size(), "layer"));

  if (!all_have(layers, "blocks")) return findings.skip("summary.json: layers have no blocks");
  Law law(findings, file_name, "energy and bytes of each block over the layers = the block's");
  BlockSums sums;
  for (const NamedLayer& layer : layers) add_layer(layer, sums, law);
  for (const auto& [name, sum] : sums) {
    if (ledger.block(name) == nullptr) law.violated(name + ": a block of layers only");
  }
  for (const Ledger::Block& block : ledger.blocks) {
    const auto& sum = sums[block.name];
    const std::string where = "blocks." + block.name;
    const object& values = object_of(object_of(ledger.document, "blocks", file_name), block.name, file_name);
    expect_equal(law, where + ": dynamic", block.dynamic, sum[0].value(), "J");
    expect_equal(law, where + ": leakage", block.leakage, sum[1].value(), "J");
    for (const std::size_t n : {2, 3}) {
      const double bytes = number_of(values, block_keys[n], where);
      if (bytes != sum[n].value()) {
        law.violated(where + ": " + block_keys[n] + ": " + expected_found(bytes, sum[n].value(), "B"));
      }
    }
  }
  law.close(counted(ledger.blocks.size(), "block") + ", " + counted(layers.size(), "layer"));
}

void check_range(Law& law, const std::string& what, const object& holder, double typical) {
  const object& range = object_of(holder, "energy_range_joules", what);
  const double low = number_of(range, "low", what);
  const double high = number_of(range, "high", what);
  if (!(low >= 0 && low <= typical * (1 + tolerance) && typical <= high * (1 + tolerance))) {
    law.violated(what + ": expected low <= energy <= high, found " + text(low) + ", " + text(typical) + ", " +
                 text(high) + " J");
  }
}

void check_ranges(const Ledger& ledger, Findings& findings) {
  if (!ledger.document.contains("energy_range_joules")) {
    return findings.skip("summary.json: no energy_range_joules");
  }
  Law law(findings, file_name, "energy within its range");
  check_range(law, "the chip", ledger.document, number_of(ledger.document, "energy_joules", file_name));
  const object& blocks = object_of(ledger.document, "blocks", file_name);
  for (const Ledger::Block& block : ledger.blocks) {
    check_range(law, "blocks." + block.name, object_of(blocks, block.name, file_name), block.joules());
  }
  law.close(counted(ledger.blocks.size() + 1, "range"));
}

void check_regions(const Ledger& ledger, Findings& findings) {
  if (!ledger.document.contains("regions")) return findings.skip("summary.json: no regions");
  const boost::json::array& regions = list_of(ledger.document, "regions", file_name);
  if (regions.empty()) return findings.skip("summary.json: firmware measured no regions");
  Law law(findings, file_name, "average power of each region = energy / time");
  for (const boost::json::value& value : regions) {
    const object& region = as_object(value, "summary.json: regions");
    const std::string where = "region " + std::string(text_of(region, "name", "summary.json: regions"));
    const double seconds = number_of(region, "seconds", where);
    const double joules = number_of(region, "energy_joules", where);
    const double watts = number_of(region, "average_watts", where);
    expect_equal(law, where, seconds > 0 ? joules / seconds : 0, watts, "W");
  }
  law.close(counted(regions.size(), "region"));
}

void check_domains(const Ledger& ledger, Findings& findings) {
  if (!ledger.document.contains("domains")) return findings.skip("summary.json: no domains");
  Law law(findings, file_name, "states of each power domain add up to simulated_seconds");
  const object& domains = object_of(ledger.document, "domains", file_name);
  for (const auto& [key, value] : domains) {
    const std::string where = "domains." + std::string(key);
    ExactSum seconds;
    for (const boost::json::value& state : list_of(as_object(value, where), "states", where)) {
      seconds.add(number_of(as_object(state, where), "seconds", where));
    }
    expect_equal(law, where, ledger.simulated_seconds, seconds.value(), "s");
  }
  law.close(counted(domains.size(), "domain"));
}

}  // namespace

void check_summary(const Ledger& ledger, Findings& findings) {
  check_totals(ledger, findings);
  check_layer_times(ledger, findings);
  check_layer_blocks(ledger, findings);
  check_ranges(ledger, findings);
  check_regions(ledger, findings);
  check_domains(ledger, findings);
}

}  // namespace kasane::checks

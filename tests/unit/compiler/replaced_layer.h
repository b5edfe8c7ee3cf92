/// One convolution and its integers, small enough to be worked by hand: material for the tests of what
/// Kernel Comp Units take over.
#pragma once

#include <cstring>
#include <stdexcept>
#include <vector>

#include "kasane/kernel_comp_units.h"
#include "sw/compiler/graph.h"
#include "sw/compiler/kernel_tables.h"
#include "sw/compiler/quantize.h"

namespace kasane::compiler::test {

/// A 3x3 convolution "conv", padding 1, as the only layer; tensor 0 is its input, tensor 1 its output.
inline Graph convolution_graph(std::uint32_t outputs, std::uint32_t inputs, std::uint32_t height = 4,
                               std::uint32_t width = 4) {
  Layer layer;
  layer.kind = LayerKind::convolution;
  layer.name = "conv";
  layer.operators = "Conv";
  layer.inputs = {{0, {inputs, height, width}}};
  layer.output = {1, {outputs, height, width}};
  layer.window = {.kernel_height = 3, .kernel_width = 3, .pad_top = 1, .pad_left = 1};
  layer.weights.resize(std::size_t{outputs} * inputs * 9);
  layer.bias.resize(outputs);
  Graph graph;
  graph.file = "test.onnx";
  graph.name = "test";
  graph.tensors = {layer.inputs[0].shape, layer.output.shape};
  graph.input = layer.inputs[0];
  graph.outputs = {{"output", layer.output}};
  graph.layers = {layer};
  return graph;
}

/// A job with its targets, as kasane_kcu_job and kasane_kcu_target tell it.
struct Job {
  kasane_kcu_job head;
  std::vector<kasane_kcu_target> targets;
};

/// Throws if the table ends in the middle of a record or has other than `jobs` jobs.
inline std::vector<Job> read_jobs(const CorrespondenceTable& table) {
  std::vector<Job> jobs;
  std::size_t at = 0;
  const auto read = [&](void* record, std::size_t bytes) {
    if (table.bytes.size() - at < bytes) throw std::runtime_error("table ends within a record");
    std::memcpy(record, table.bytes.data() + at, bytes);
    at += bytes;
  };
  while (at < table.bytes.size()) {
    Job job{};
    read(&job.head, sizeof job.head);
    job.targets.resize(job.head.targets);
    for (kasane_kcu_target& target : job.targets) read(&target, sizeof target);
    jobs.push_back(job);
  }
  if (jobs.size() != table.jobs) throw std::runtime_error("table has another number of jobs");
  return jobs;
}

}  // namespace kasane::compiler::test

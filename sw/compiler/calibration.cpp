#include "sw/compiler/calibration.h"

#include "sw/compiler/float_executor.h"
#include "sw/compiler/histogram.h"

namespace kasane::compiler {
namespace {

std::size_t count_images(const Graph& graph, const CalibrationImages& images) {
  const Shape shape{images.channels, images.height, images.width};
  if (!(shape == graph.input.shape))
    throw CompileError(graph.file + ": calibration images are " + to_string(shape) +
                       ", expected the network's input " + to_string(graph.input.shape));
  if (images.pixels.empty() || images.pixels.size() % shape.elements() != 0)
    throw CompileError(graph.file + ": calibration has " + std::to_string(images.pixels.size()) +
                       " pixels, expected one image or more of " + std::to_string(shape.elements()));
  return images.pixels.size() / shape.elements();
}

Range chosen_range(const Histogram& histogram, const CalibrationOptions& options, std::int32_t steps) {
  switch (options.method) {
    case CalibrationMethod::percentile:
      return histogram.percentile(options.percentile_tail);
    case CalibrationMethod::mse:
      return histogram.least_squared_error(steps);
    case CalibrationMethod::min_max:
      break;
  }
  return histogram.min_max();
}

}  // namespace

std::vector<Range> calibrate(const Graph& graph, const CalibrationImages& images,
                             const CalibrationOptions& options, std::span<const TensorFormat> formats) {
  const std::size_t count = count_images(graph, images);
  const std::size_t elements = graph.input.shape.elements();
  std::vector<Histogram> histograms(graph.tensors.size());
  std::vector<float> input(elements);
  for (std::size_t image = 0; image < count; ++image) {
    for (std::size_t i = 0; i < elements; ++i)
      input[i] = static_cast<float>(images.pixels[image * elements + i]) / 255.0F;
    const auto tensors = execute_float(graph, input);
    for (const Layer& layer : graph.layers) histograms[layer.output.tensor].add(tensors[layer.output.tensor]);
  }
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < histograms.size(); ++i)
    ranges.push_back(chosen_range(histograms[i], options, formats[i].steps()));
  return ranges;
}

}  // namespace kasane::compiler

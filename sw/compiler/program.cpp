#include "sw/compiler/program.h"

namespace kasane::compiler {

void Program::append(std::uint16_t kind, std::uint16_t layer, const CommandBytes& command) {
  const bool joins =
      steps_.size() > segment_begin_ && steps_.back().kind == kind && steps_.back().layer == layer;
  const bool is_of_engine = kind != KASANE_STEP_DMA && kind != KASANE_STEP_CPU;
  if (!joins)
    steps_.push_back({.kind = kind,
                      .layer = layer,
                      .first = static_cast<std::uint32_t>(commands_.size()),
                      .run_by = is_of_engine ? run_by_ : std::uint16_t{KASANE_RUN_BY_ENGINE}});
  ++steps_.back().count;
  commands_.push_back(command);
}

void Program::copy(std::uint16_t layer, std::uint16_t step_layer, const Place& from, const Place& to,
                   std::uint32_t bytes) {
  if (bytes == 0) return;
  kasane_dma_copy command{};
  command.header = {.opcode = KASANE_DMA_COPY, .layer = layer};
  command.source = from.offset;
  command.destination = to.offset;
  command.row_bytes = bytes;
  command.rows = 1;
  command.planes = 1;
  command.source_row_pitch = command.source_plane_pitch = bytes;
  command.destination_row_pitch = command.destination_plane_pitch = bytes;
  command.source_space = from.space;
  command.destination_space = to.space;
  append(KASANE_STEP_DMA, step_layer, to_bytes(command));
}

void Program::copy_rows(std::uint16_t layer, const MapPart& part, std::uint32_t planes, std::uint32_t rows,
                        const Place& buffer, bool into_buffer) {
  const Shape& shape = part.shape;
  const std::uint32_t plane = shape.height * shape.width;
  const std::uint32_t run = rows * shape.width;  // whole rows of a plane follow one another
  const Place map{part.map.space, part.map.offset + part.first_plane * plane + part.first_row * shape.width};
  if (rows == shape.height || planes == 1)
    return copy(layer, layer, into_buffer ? map : buffer, into_buffer ? buffer : map, planes * run);
  kasane_dma_copy command{};
  command.header = {.opcode = KASANE_DMA_COPY, .layer = layer};
  command.row_bytes = run;
  command.rows = planes;
  command.planes = 1;
  command.source = into_buffer ? map.offset : buffer.offset;
  command.source_space = into_buffer ? map.space : buffer.space;
  command.source_row_pitch = into_buffer ? plane : run;
  command.source_plane_pitch = command.source_row_pitch * planes;
  command.destination = into_buffer ? buffer.offset : map.offset;
  command.destination_space = into_buffer ? buffer.space : map.space;
  command.destination_row_pitch = into_buffer ? run : plane;
  command.destination_plane_pitch = command.destination_row_pitch * planes;
  append(KASANE_STEP_DMA, layer, to_bytes(command));
}

void Program::move_into(PackageContents& contents) {
  contents.steps = std::move(steps_);
  contents.commands = std::move(commands_);
  contents.setup_steps = setup_steps_;
  const std::uint64_t offset = data_offset(contents);
  for (const kasane_step& step : contents.steps) {
    if (step.kind != KASANE_STEP_DMA) continue;
    for (std::uint32_t i = step.first; i < step.first + step.count; ++i) {
      kasane_dma_copy command;
      std::memcpy(&command, contents.commands[i].data(), sizeof(command));
      if (command.source_space == KASANE_SPACE_PACKAGE) command.source += offset;
      contents.commands[i] = to_bytes(command);
    }
  }
}

}  // namespace kasane::compiler

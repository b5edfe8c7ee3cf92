/// waves.gtkw: GTKWave's save file, which opens the waves arranged by block, power and bandwidth as curves.
#pragma once

#include <filesystem>

#include "platform/trace/recording/trace_layout.h"
#include "platform/trace/recording/trace_sink.h"

namespace kasane {

/// `waves` is the file that it opens, beside it; of it the first `shown` fill the window.
void write_gtkw(const std::filesystem::path& path, const std::string& waves, const TraceLayout& layout,
                Picoseconds shown);

}  // namespace kasane

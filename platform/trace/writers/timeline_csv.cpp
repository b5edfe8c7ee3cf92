#include "platform/trace/writers/timeline_csv.h"

#include "platform/trace/number_text.h"

namespace kasane {

TimelineCsv::TimelineCsv(const std::filesystem::path& path, const TraceLayout& layout,
                         const TrackTable& tracks)
    : file_(path), layout_(layout), tracks_(tracks) {
  file_.write("begin_seconds,duration_seconds,block,track,name,layer\n");
}

void TimelineCsv::slice(const Slice& slice) {
  const TrackInfo& track = tracks_[slice.track];
  line_.clear();
  append_seconds(line_, slice.when.begin);
  line_ += ',';
  append_seconds(line_, slice.when.length());
  for (const std::string& field :
       {track.group, track.name, std::string(slice.name), layout_.layer_name(slice.layer)}) {
    line_ += ',' + csv_field(field);
  }
  line_ += '\n';
  file_.write(line_);
}

}  // namespace kasane

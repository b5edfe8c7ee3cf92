/// A run of 4 us with two blocks, written by hand, that keeps every law; tests break one law each.
#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "platform/trace/perfetto.pb.h"

namespace kasane::checks {

/// Energy in joules, time in seconds. Windows of 1 us:
///   from      0 us   1 us   2 us   3 us    energy
///   cpu       0.5    0.5    1      0.25 W  2.25 uJ
///   ncu       0      2      1      0 W     3 uJ
/// Layer conv from 1 to 3 us, layer fc to 3.5 us. The job of the ncu from 1 to 3 us, called from 0.5 us on,
/// its interrupt handled until 3.2 us.
class SmallRun : public testing::Test {
 protected:
  using Packet = perfetto::TracePacket;

  SmallRun();
  ~SmallRun() override;

  /// Replaces the only occurrence of `from` in a text file.
  void change(const std::string& file, const std::string& from, const std::string& to);
  void remove(const std::string& file) { std::filesystem::remove(folder / file); }
  void cut(const std::string& file, std::size_t bytes);  ///< takes so many bytes off its end
  std::string text(const std::string& file) const;
  void write(const std::string& file, const std::string& text) const;

  /// Writes trace.pftrace again, after a change of `packets`.
  void write_packets() const;
  /// The n-th event on the track of a name. Fails the test where there is none.
  Packet& event(const std::string& track, std::size_t n);

  /// What `kasane check` says and its exit code.
  std::string says(int expected_result);
  /// Laws that are said to be broken, "power.csv: energy = ledger".
  void expect_broken(const std::set<std::string>& laws);
  void expect_all_hold();

  std::filesystem::path folder;
  std::vector<Packet> packets;

 private:
  std::map<std::string, std::uint64_t> uuids_;  ///< by the track's name
};

}  // namespace kasane::checks

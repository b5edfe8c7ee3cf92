/// Runs images of memory on the hart, each until it writes to the finisher, and writes what memory holds
/// then. Everything is built once; each image runs in a process of its own that starts there.
///
///   random_on_hart QUANTUM_NS SECONDS [TRACE] < pairs of lines: file of the image, file for the result
///
/// TRACE: a file for the registers before each instruction: pc, x0 to x31, f0 to f31, 64 bits each, little
/// endian. Answers each pair with one line: the number of instructions, or "failed: ..." where the program
/// did not come to an end within SECONDS of simulated time.
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/cpu/testbench.h"

namespace {

using namespace kasane::testing;

/// Writes the registers before each instruction.
class RegisterTrace : public kasane::cpu::Instrumentation {
 public:
  explicit RegisterTrace(const std::string& path) : file_(path, std::ios::binary) {}
  bool traces() const override { return true; }
  void trace(kasane::cpu::Core& core, const kasane::cpu::Op& op, std::uint32_t, std::uint64_t) override {
    write(&op.pc, 1);
    write(core.x.data(), 32);
    write(core.f.data(), 32);
  }

 private:
  void write(const std::uint64_t* values, std::size_t count) {
    file_.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(count * sizeof(*values)));
  }
  std::ofstream file_;
};

std::string run(Testbench& bench, const std::string& image, const std::string& result, double seconds) {
  bench.load_file(image);
  sc_core::sc_start(sc_core::sc_time(seconds, sc_core::SC_SEC));
  const bool ended = sc_core::sc_get_status() == sc_core::SC_STOPPED;
  std::ofstream file(result, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bench.surroundings.ram.data()),
             static_cast<std::streamsize>(bench.surroundings.ram.size()));
  if (!file.flush()) return "failed: cannot write " + result;
  if (!ended) return "failed: no end after " + std::to_string(seconds) + " s of simulated time";
  return std::to_string(bench.hart.instructions());
}

/// In a process of its own, so that each program starts from reset, with cold caches.
void run_apart(Testbench& bench, const std::string& image, const std::string& result, double seconds,
               std::optional<RegisterTrace>& trace) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::string answer;
    try {
      answer = run(bench, image, result, seconds);
    } catch (const std::exception& error) {
      answer = std::string("failed: ") + error.what();
    }
    std::cout << answer << std::endl;
    trace.reset();  // writes the rest
    _exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) throw std::runtime_error("cannot start a process");
  if (WIFSIGNALED(status)) std::cout << "failed: signal " << WTERMSIG(status) << std::endl;
}

}  // namespace

int sc_main(int argc, char* argv[]) {
  if (argc != 3 && argc != 4) {
    std::cerr << "usage: random_on_hart QUANTUM_NS SECONDS [TRACE] < pairs of files\n";
    return 2;
  }
  try {
    sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);  // "stopped by user"
    kasane::HartConfig config = at_ram(sc_core::sc_time(std::stod(argv[1]), sc_core::SC_NS));
    config.lookahead = sc_core::SC_ZERO_TIME;
    Testbench bench("bench", config);
    std::optional<RegisterTrace> trace;
    if (argc == 4) bench.hart.core().attach(trace.emplace(argv[3]));
    std::string image;
    std::string result;
    while (std::getline(std::cin, image) && std::getline(std::cin, result)) {
      run_apart(bench, image, result, std::stod(argv[2]), trace);
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
  return 0;
}

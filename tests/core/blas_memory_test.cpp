#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <new>
#include <sanitizers.hpp>
#include <tapegrad/core/kernels/matmul.hpp>
#include <thread>
#include <vector>

namespace tg = tapegrad;

namespace {

// Lets this process take no more than `more` bytes of address space.
void limit_memory(std::size_t more) {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t most = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + more;
  const rlimit limit{most, most};
  ::setrlimit(RLIMIT_AS, &limit);
}

// Whether a product says that there is no memory for it.
bool product_is_refused() {
  const std::vector<tg::Real> a{1, 2, 3, 4};
  std::vector<tg::Real> c(4);
  try {
    tg::matmul(2, 2, 2, {a.data(), 2}, {a.data(), 2}, c.data(), 2);
    return false;
  } catch (const std::bad_alloc&) {
    return true;
  }
}

}  // namespace

TEST_CASE("a product that OpenBLAS has no memory for is an error, and comes to an end") {
  if (sanitized) return;  // sanitizers need address space of their own
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    limit_memory(std::size_t{48} << 20U);
    bool refused = false;
    std::thread([&] { refused = product_is_refused(); }).join();
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

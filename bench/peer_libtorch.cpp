// peer_libtorch NAME THREADS: chain and infer1 in libtorch, spoken to as bench_steps is
// (steps/main.cpp).

#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace {

using StepFunction = std::function<void()>;

StepFunction chain() {
  const auto a = torch::full({1}, 0.5F).requires_grad_();
  const auto b = torch::full({1}, 0.25F).requires_grad_();
  return [=] {
    auto h = torch::ones({1});
    for (int i = 0; i < 1000; ++i) h = h * a + b;
    a.mutable_grad().reset();
    b.mutable_grad().reset();
    h.backward();
  };
}

// The model of seq_* without dropout, which does nothing here.
struct Sequence {
  torch::Tensor table = torch::rand({50'000, 100}) * 0.1 - 0.05;
  torch::nn::Linear hidden{100, 64};
  torch::nn::Linear out{64, 2};

  torch::Tensor operator()(const torch::Tensor& ids) {
    const auto words = torch::embedding(table, ids);
    const auto keep = ids.ne(0).to(torch::kFloat).unsqueeze(1);  // [B, 1, L]
    const auto mean = torch::bmm(keep, words).squeeze(1) / keep.sum(2);
    return out(torch::relu(hidden(mean)));
  }
};

StepFunction infer1() {
  std::vector<torch::Tensor> sentences;
  for (int i = 0; i < 16; ++i) sentences.push_back(torch::randint(1, 50'000, {1, 20}));
  return [=, model = Sequence(), i = std::size_t(0)]() mutable {
    const c10::InferenceMode guard;
    model(sentences[i++ % sentences.size()]);
  };
}

void run(const StepFunction& step, int steps) {
  using Clock = std::chrono::steady_clock;
  std::string times;
  for (int i = 0; i < steps; ++i) {
    const auto start = Clock::now();
    step();
    const std::chrono::duration<double, std::milli> taken = Clock::now() - start;
    times += std::to_string(taken.count()) + " ";
  }
  std::puts(times.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc == 3 ? argv[1] : "";
  if (name != "chain" && name != "infer1") {
    std::fputs("usage: peer_libtorch chain|infer1 THREADS\n", stderr);
    return 2;
  }
  at::set_num_threads(std::stoi(argv[2]));
  const StepFunction step = name == "chain" ? chain() : infer1();
  for (int i = 0; i < 20; ++i) step();
  std::puts("ready 0 0");
  std::fflush(stdout);
  std::string word;
  int steps = 0;
  while (std::cin >> word >> steps) run(step, steps);
  return 0;
}

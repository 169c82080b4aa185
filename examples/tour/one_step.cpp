// One training step with all its numbers: the program of docs/tour.md.

#include "show.hpp"

namespace tg = tapegrad;
using tour::show;

namespace {

// snippet: net
struct Net {  // the mean of a text's word vectors, and one linear layer
  tg::EmbeddingBag embed;
  tg::Linear out;
  tg::Tensor operator()(const tg::Bags& texts) const { return out(embed(texts)); }
  static void visit(auto& self, auto&& v) { v("embed", self.embed), v("out", self.out); }
};

Net make_net() {
  const tg::Array words{
      {0.0F, 0.0F},   // 0: padding
      {0.5F, 0.1F},   // 1: good
      {-0.3F, 0.4F},  // 2: bad
      {0.2F, -0.6F},  // 3: film
      {0.1F, 0.2F},   // 4: plot
  };
  const tg::Array weight{{0.4F, -0.2F}, {0.1F, 0.3F}};  // [classes, width]
  return {tg::EmbeddingBag(tg::Parameter(words), {.padding_idx = 0}),
          tg::Linear(tg::Parameter(weight), tg::Parameter(tg::zeros({2})))};
}

const tg::Bags text{.ids = {{1, 3, 0}}};  // "good film", padded to three words
const tg::IndexArray label{1};            // class 1: positive
// end

void forward() {
  const Net net = make_net();
  // snippet: forward
  tg::Tape tape;
  const tg::Tensor x = net.embed(text);
  const tg::Tensor logits = net.out(x);
  const tg::Tensor loss = tg::cross_entropy(logits, label);
  // end
  show("x", x);
  show("logits", logits);
  show("softmax(logits)", tg::softmax(tg::Tensor(logits.value())));
  show("loss", loss);
  std::printf("entries on the tape: %zu\n", tape.size());
}

void backward() {
  const Net net = make_net();
  // snippet: backward
  tg::Tape tape;
  const tg::Tensor loss = tg::cross_entropy(net(text), label);
  const tg::Gradients gradients = tape.backward(loss);
  show("gradient of out.bias", gradients[net.out.bias].dense());
  show("gradient of out.weight", gradients[net.out.weight].dense());
  show("gradient of embed.weight", gradients[net.embed.weight].rows());
  // end
}

void order() {
  const Net net = make_net();
  tg::SGD sgd(net, {.lr = 0.5});
  // snippet: order
  tg::start_profile();
  {
    tg::Tape tape;
    const tg::Tensor loss = tg::cross_entropy(net(text), label);
    sgd.step(tape.backward(loss));
  }
  for (const tg::ProfileRecord& record : tg::stop_profile().records) {
    std::printf("%-9s %s\n", tg::to_string(record.phase), record.name.c_str());
  }
  // end
}

void step() {
  const Net net = make_net();
  // snippet: step
  tg::SGD sgd(net, {.lr = 0.5});
  for (int i = 0; i < 2; ++i) {
    tg::Tape tape;
    const tg::Tensor loss = tg::cross_entropy(net(text), label);
    show("loss", loss);
    if (i == 0) sgd.step(tape.backward(loss));
  }
  show("embed.weight", net.embed.weight);
  show("out.weight", net.out.weight);
  show("out.bias", net.out.bias);
  // end
}

// snippet: watch
// Passes x on, and prints the gradient that comes back.
tg::Tensor watch(const char* name, const tg::Tensor& x) {
  return tg::record("watch", {x}, tg::Tensor(x.value()), {},
                    [name](const tg::Array& dy, const tg::Saved&, tg::Sink& sink) {
                      show(std::string("gradient of ") + name, dy);
                      sink.add(0, dy);
                    });
}

void see() {
  const Net net = make_net();
  tg::Tape tape;
  const tg::Tensor x = watch("x", net.embed(text));
  const tg::Tensor logits = watch("logits", net.out(x));
  tape.backward(watch("loss", tg::cross_entropy(logits, label)));
}
// end

void frozen() {
  const Net net = make_net();
  // snippet: frozen
  tg::freeze(net.embed);
  tg::Tape tape;
  const tg::Tensor loss = tg::cross_entropy(net(text), label);
  std::printf("entries on the tape: %zu\n", tape.size());
  std::printf("gradients: %zu\n", tape.backward(loss).size());
  // end
}

}  // namespace

int main() {
  return tour::run({{"forward", forward},
                    {"backward", backward},
                    {"step", step},
                    {"order", order},
                    {"watch", see},
                    {"frozen", frozen}});
}

// Layers one after the other.
#pragma once

#include <cstddef>
#include <string>
#include <tapegrad/core/context.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tapegrad {
inline namespace TAPEGRAD_PRECISION {

/// Each layer's result is the next one's input, torch.nn.Sequential:
///
///   const Sequential net{Linear(4, 8, rng), ReLU(), Dropout(0.1), Linear(8, 2, rng)};
///   Tensor y = net(x, context);
///
/// The children are named "0", "1", ...; std::get<0>(net.layers) is the first. The first may take
/// something else than a Tensor: an Embedding takes ids, an EmbeddingBag takes bags. The context
/// goes to the layers that want one.
template <class... Layers>
struct Sequential {
  static_assert(sizeof...(Layers) > 0, "Sequential wants at least one layer");

  std::tuple<Layers...> layers;

  explicit Sequential(Layers... layers_) : layers(std::move(layers_)...) {}

  template <class Input>
  auto operator()(const Input& x, const Context& context) const {
    return run<0>(x, context);
  }

  static void visit(auto& self, auto&& v) {
    visit_children(self, v, std::index_sequence_for<Layers...>());
  }

 private:
  template <std::size_t i, class Input>
  auto run(const Input& x, const Context& context) const {
    if constexpr (i + 1 == sizeof...(Layers)) {
      return call(std::get<i>(layers), x, context);
    } else {
      return run<i + 1>(call(std::get<i>(layers), x, context), context);
    }
  }

  template <class Layer, class Input>
  static auto call(const Layer& layer, const Input& x, const Context& context) {
    if constexpr (std::is_invocable_v<const Layer&, const Input&, const Context&>) {
      return layer(x, context);
    } else {
      return layer(x);
    }
  }

  template <std::size_t... i>
  static void visit_children(auto& self, auto& v, std::index_sequence<i...>) {
    (v(std::to_string(i), std::get<i>(self.layers)), ...);
  }
};

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad

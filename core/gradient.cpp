#include <tapegrad/core/gradient.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <tapegrad/core/errors.hpp>

namespace tapegrad::inline TAPEGRAD_PRECISION {
namespace {

void add_to(Real* to, const Real* from, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) to[i] += from[i];
}

std::size_t width_of(const RowGrad& g) {
  return g.rows.empty() ? 0 : g.values.size() / g.rows.size();
}

void scatter_add(Array& dense, const RowGrad& g) {
  const std::size_t width = width_of(g);
  for (std::size_t i = 0; i < g.rows.size(); ++i) {
    add_to(dense.data() + static_cast<std::size_t>(g.rows[i]) * width, g.values.data() + i * width,
           width);
  }
}

Shape with_rows(const Array& values, std::size_t rows) {
  Shape shape = values.shape();
  shape[0] = rows;
  return shape;
}

RowGrad merge(const RowGrad& a, const RowGrad& b) {
  if (a.rows.empty()) return b;
  if (b.rows.empty()) return a;
  RowGrad sum;
  std::set_union(a.rows.begin(), a.rows.end(), b.rows.begin(), b.rows.end(),
                 std::back_inserter(sum.rows));
  sum.values = zeros(with_rows(a.values, sum.rows.size()));
  const std::size_t width = width_of(a);
  for (const RowGrad* part : {&a, &b}) {
    std::size_t to = 0;
    for (std::size_t i = 0; i < part->rows.size(); ++i) {
      while (sum.rows[to] != part->rows[i]) ++to;
      add_to(sum.values.data() + to * width, part->values.data() + i * width, width);
    }
  }
  return sum;
}

void drop_from_dense(Array& dense, const std::vector<Index>& rows) {
  const std::size_t width = row_width(dense.shape());
  for (const Index row : rows) {
    Real* begin = dense.data() + static_cast<std::size_t>(row) * width;
    std::fill(begin, begin + width, Real(0));
  }
}

RowGrad without_rows(RowGrad g, const std::vector<Index>& rows) {
  const std::size_t width = width_of(g);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < g.rows.size(); ++i) {
    if (std::binary_search(rows.begin(), rows.end(), g.rows[i])) continue;
    if (kept != i) {
      g.rows[kept] = g.rows[i];
      std::copy_n(g.values.data() + i * width, width, g.values.data() + kept * width);
    }
    ++kept;
  }
  if (kept == g.rows.size()) return g;
  RowGrad left{{g.rows.begin(), g.rows.begin() + static_cast<std::ptrdiff_t>(kept)},
               Array(with_rows(g.values, kept))};
  std::copy_n(g.values.data(), kept * width, left.values.data());
  return left;
}

}  // namespace

Array* Gradient::values() {
  RowGrad* row_grad = std::get_if<RowGrad>(&data_);
  return row_grad != nullptr ? &row_grad->values : std::get_if<Array>(&data_);
}

const Array* Gradient::values() const {
  const RowGrad* row_grad = std::get_if<RowGrad>(&data_);
  return row_grad != nullptr ? &row_grad->values : std::get_if<Array>(&data_);
}

std::size_t Gradient::bytes() const {
  if (is_dense()) return dense().size() * sizeof(Real);
  if (is_none()) return 0;
  return rows().values.size() * sizeof(Real) + rows().rows.size() * sizeof(Index);
}

Array Gradient::to_dense(const Shape& shape) const {
  if (is_dense()) return dense();
  Array array = zeros(shape);
  if (is_rows()) scatter_add(array, rows());
  return array;
}

void Gradient::add(Gradient other) {
  if (other.is_none()) return;
  if (is_none()) {
    data_ = std::move(other.data_);
  } else if (is_dense()) {
    Array& sum = std::get<Array>(data_);
    if (other.is_dense()) {
      add_to(sum.data(), other.dense().data(), sum.size());
    } else {
      scatter_add(sum, other.rows());
    }
  } else if (other.is_dense()) {
    scatter_add(std::get<Array>(other.data_), rows());
    data_ = std::move(other.data_);
  } else {
    data_ = merge(rows(), other.rows());
  }
}

void Gradient::scale(Real factor) {
  Array* array = values();
  if (array == nullptr) return;
  std::for_each(array->data(), array->data() + array->size(), [factor](Real& x) { x *= factor; });
}

void Gradient::drop_rows(const std::vector<Index>& rows) {
  if (rows.empty()) return;
  if (Array* array = std::get_if<Array>(&data_)) {
    drop_from_dense(*array, rows);
  } else if (RowGrad* row_grad = std::get_if<RowGrad>(&data_)) {
    *row_grad = without_rows(std::move(*row_grad), rows);
  }
}

void check_gradient(const std::function<std::string()>& who, const Gradient& gradient,
                    const Shape& shape) {
  if (gradient.is_dense() && gradient.dense().shape() == shape) return;
  const bool no_rows = gradient.is_rows() && gradient.rows().rows.empty();
  if (gradient.is_none() || no_rows) return;
  const std::vector<Index> none;
  const std::vector<Index>& rows = gradient.is_rows() ? gradient.rows().rows : none;
  const Array& values = gradient.is_rows() ? gradient.rows().values : gradient.dense();
  Shape wanted = shape;
  if (gradient.is_rows() && !wanted.empty()) wanted[0] = rows.size();
  if (values.shape() != wanted) {
    throw ShapeError(fmt::format("{} has {}shape {}, {} is wanted", who(),
                                 gradient.is_rows() ? "row values of " : "",
                                 to_string(values.shape()), to_string(wanted)));
  }
  Index last = -1;
  for (const Index row : rows) {
    if (row <= last || row >= static_cast<Index>(rows_of(shape))) {
      throw IndexError(
          fmt::format("{} has row {} after row {}, strictly increasing rows in [0, {}) are wanted",
                      who(), row, last, rows_of(shape)));
    }
    last = row;
  }
}

const Gradient& Gradients::operator[](const Parameter& p) const {
  static const Gradient nothing;
  const auto found = by_id_.find(p.id());
  return found == by_id_.end() ? nothing : found->second;
}

Gradient* Gradients::find(const Parameter& p) {
  const auto found = by_id_.find(p.id());
  return found == by_id_.end() ? nullptr : &found->second;
}

void Gradients::add_to_leaf(const Leaf& leaf, Gradient gradient) {
  gradient.drop_rows(leaf.frozen_rows);
  by_id_[leaf.id].add(std::move(gradient));
}

void Gradients::scale(Real factor) {
  for (auto& [id, gradient] : by_id_) gradient.scale(factor);
}

void Gradients::add(const Gradients& other) {
  for (const auto& [id, gradient] : other.by_id_) by_id_[id].add(gradient);
}

void Gradients::add(const Parameter& p, Gradient gradient) {
  check_gradient([] { return "Gradients::add: the gradient"; }, gradient, p.shape());
  add_to_leaf(*p.leaf(), std::move(gradient));
}

}  // namespace tapegrad::inline TAPEGRAD_PRECISION

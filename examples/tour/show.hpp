// How the programs of the tours print: numbers with four decimals, one row a line.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <tapegrad/tapegrad.hpp>

namespace tour {

namespace tg = tapegrad;

/// "  0.5000 -0.2500": n numbers. What rounds to zero is written without a sign.
inline void show_row(const tg::Real* row, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double x = static_cast<double>(row[i]);
    std::printf(" %7.4f", std::abs(x) < 5e-5 ? 0.0 : x);
  }
  std::printf("\n");
}

/// A name, the shape, and the numbers of an array.
inline void show(const std::string& name, const tg::Array& values) {
  if (values.size() == 1) {
    std::printf("%s = %.4f\n", name.c_str(), static_cast<double>(values.data()[0]));
    return;
  }
  std::printf("%s %s\n", name.c_str(), tg::to_string(values.shape()).c_str());
  const std::size_t width = values.shape().back();
  for (std::size_t i = 0; i < values.size(); i += width) show_row(values.data() + i, width);
}

/// The same of a tensor, or of a parameter.
inline void show(const std::string& name, const tg::Tensor& x) {
  show(name, x.value());
}

/// The gradient of a table: which rows, and their numbers.
inline void show(const std::string& name, const tg::RowGrad& gradient) {
  std::printf("%s\n", name.c_str());
  const std::size_t width = gradient.values.shape().back();
  for (std::size_t i = 0; i < gradient.rows.size(); ++i) {
    std::printf("  row %lld:", static_cast<long long>(gradient.rows[i]));
    show_row(gradient.values.data() + i * width, width);
  }
}

/// A name and a shape.
inline void show_shape(const std::string& name, const tg::Tensor& x) {
  std::printf("%s %s\n", name.c_str(), tg::to_string(x.shape()).c_str());
}

/// One number.
inline void show(const std::string& name, double value) {
  std::printf("%s = %.4f\n", name.c_str(), value);
}
inline void show(const std::string& name, tg::Real value) {
  show(name, static_cast<double>(value));
}

/// A part of a tour: its name on the page, and what it does.
struct Part {
  const char* name;
  void (*run)();
};

/// Runs these parts, each behind a line with its name.
template <std::size_t n>
int run(const Part (&parts)[n]) {
  for (const Part& part : parts) {
    std::printf("== %s\n", part.name);
    part.run();
  }
  return 0;
}

}  // namespace tour

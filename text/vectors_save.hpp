// Writing word vectors, for other programs and for load_vectors.
#pragma once

#include <string>
#include <tapegrad/core/array.hpp>
#include <vector>

namespace tapegrad {

/// The forms that are written.
enum class VectorForm {
  automatic,  ///< by the end of the name: .vec and .txt, .bin, .npy; before .gz too, but for .npy
  text,       ///< fastText's .vec, which is word2vec's text: a line COUNT DIM, then the words
  binary,     ///< word2vec's, as gensim and word2vec read it
  npy,        ///< NAME.npy, and the words in NAME.words.txt, one a line
};

/// The form that the end of a name tells. std::invalid_argument if it tells none.
VectorForm vector_form(const std::string& path);
/// The file with the words of a .npy file.
std::string words_file(const std::string& npy);

inline namespace TAPEGRAD_PRECISION {

/// Writes `words` and their vectors, the rows of `values` [N, D], so that load_vectors gives back
/// the same numbers to the bit. A name that ends in .gz is packed with gzip. The file is written
/// beside its place, then put there.
///
/// std::invalid_argument, and no file, for: values of another shape than [N, D] with D above 0; a
/// word that the form cannot hold, named (an empty one, one that is not UTF-8, one with white space
/// in it; in the words of .npy only line ends are refused); a number that is not finite; a name
/// that tells no form; .npy.gz. std::system_error if the file cannot be written.
void save_vectors(const std::string& path, const std::vector<std::string>& words,
                  const Array& values, VectorForm form = VectorForm::automatic);

}  // namespace TAPEGRAD_PRECISION
}  // namespace tapegrad

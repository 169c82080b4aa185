#include <catch2/catch.hpp>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <tapegrad/core/errors.hpp>
#include <tapegrad/core/log.hpp>
#include <tapegrad/text/dataset.hpp>
#include <warnings.hpp>

#include <zlib.h>

#include <temporary.hpp>

using tapegrad::Dataset;
using tapegrad::DatasetForm;
using tapegrad::DatasetOptions;
using tapegrad::FormatError;
using tapegrad::Header;
using tapegrad::load_dataset;
using Ids = std::vector<tapegrad::Index>;
using Names = std::vector<std::string>;
using Texts = std::vector<std::string_view>;

namespace {

Dataset load(const std::string& content, const DatasetOptions& options = {},
             const std::string& name = "data") {
  const TemporaryDirectory directory;
  return load_dataset(directory.file(name, content), options);
}

std::string load_error(const std::string& content, const DatasetOptions& options = {},
                       const std::string& name = "data") {
  const TemporaryDirectory directory;
  const std::string path = directory.file(name, content);
  return error_of<FormatError>([&] { load_dataset(path, options); }).substr(path.size());
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Gathers warnings while it lives.

}  // namespace

TEST_CASE("a label, a space and the text") {
  const auto data = load("1 good film\n0 bad , sad\n1 \n");
  CHECK(data.texts == Texts{"good film", "bad , sad", ""});
  CHECK(data.labels == Ids{1, 0, 1});
  CHECK(data.label_names == Names{"0", "1"});
  CHECK(data.form == "label, a space and the text on each line");
}

TEST_CASE("lines end at LF alone; CR before it and a byte order mark are dropped") {
  const auto data = load(
      "\xEF\xBB\xBF"
      "1 a\xC2\x85"
      "b\r\n0 c\rd\n0 e\xE2\x80\xA8"
      "f");
  CHECK(data.texts == Texts{"a\xC2\x85"
                            "b",
                            "c\rd",
                            "e\xE2\x80\xA8"
                            "f"});
  CHECK(data.label_names == Names{"0", "1"});
}

TEST_CASE("TSV with a header, columns by their names") {
  const auto data = load("sentence\tlabel\nfine film\t1\nsad film\t0\n");
  CHECK(data.texts == Texts{"fine film", "sad film"});
  CHECK(data.labels == Ids{1, 0});
  CHECK(data.form == "TSV with header, label in column \"label\", text in column \"sentence\"");
  CHECK(load("id\tReview\tSentiment\n5\t\"fine\tpos\n").texts == Texts{"\"fine"});
}

TEST_CASE("TSV without a header: the column with few short values is the label") {
  const auto data = load("some news\tWorld\nother news\tSports\nnews\tWorld\nmore\tSports\n");
  CHECK(data.label_names == Names{"Sports", "World"});
  CHECK(data.texts.front() == "some news");
  CHECK(data.form == "TSV without header, label in column 2, text in column 1");
  CHECK(load("0\tx\n1\ty\n").labels == Ids{0, 1});
}

TEST_CASE("IMDB's four columns are recognized") {
  const auto data = load("0\t3\t0\tbad film\n1\t10\t1\tgood film\n");
  CHECK(data.texts == Texts{"bad film", "good film"});
  CHECK(data.labels == Ids{0, 1});
  CHECK(data.form == "TSV without header, the columns label, rating, id and text of IMDB");
}

TEST_CASE("CSV with quotes, doubled quotes and line ends inside quotes") {
  const auto data =
      load("text,label\r\n\"a, \"\"b\"\"\nc\",pos\r\nplain \"x\",neg\r\n\"\",pos", {}, "d.csv");
  CHECK(data.texts == Texts{"a, \"b\"\nc", "plain \"x\"", ""});
  CHECK(data.labels == Ids{1, 0, 1});
  CHECK(data.form == "CSV with header, label in column \"label\", text in column \"text\"");
  CHECK(load("label,text\n1,good\n0,bad\n").texts == Texts{"good", "bad"});
}

TEST_CASE("a copy of a data set keeps its texts when the first one is gone") {
  auto first = std::make_unique<tapegrad::Dataset>(load("label,text\n1,good\n0,\"b\"\"d\"\n"));
  const tapegrad::Dataset copy = *first;
  first.reset();
  CHECK(copy.texts == Texts{"good", "b\"d"});
}

TEST_CASE("columns chosen by name, by number, or one of them") {
  const std::string csv = "id,stars,body\n1,5,fine\n2,1,poor\n";
  CHECK(load(csv, {.label_column = "stars", .text_column = "body"}).label_names == Names{"1", "5"});
  CHECK(load(csv, {.label_column = "2", .text_column = "3", .header = Header::yes}).texts ==
        Texts{"fine", "poor"});
  CHECK(load("a\tb\nc\td\n", {.label_column = "2"}).label_names == Names{"b", "d"});
  CHECK(load("a\tb\nc\td\n", {.label_column = "2", .header = Header::yes}).texts == Texts{"c"});
  CHECK(load_error(csv, {.label_column = "mark", .text_column = "body"}) ==
        ":1: label_column: the column \"mark\" is not one of id, stars, body");
  CHECK(load_error("a\tb\nc\td\n", {.text_column = "3"}) ==
        ":1: text_column: 3 is not a number from 1 to 2");
  CHECK(load_error("a\tb\nc\td\n", {.label_column = "1", .text_column = "1"}) ==
        ":1: column 1 cannot be both label and text");
}

TEST_CASE("fastText's form") {
  const auto data = load("__label__pos fine film\n__label__neg poor __label\n__label__pos\n");
  CHECK(data.texts == Texts{"fine film", "poor __label", ""});
  CHECK(data.label_names == Names{"neg", "pos"});
  CHECK(data.form == "fastText's form, __label__NAME before the text");
  CHECK(load_error("__label__a x\n__label__a __label__b x\n") ==
        ":2: expected one __label__ on a line, found several; keep one of them, or repeat the line "
        "for each");
  CHECK(load_error("__label__a x\nplain\n") == ":2: expected __label__NAME TEXT, found \"plain\"");
  CHECK(load_error("__label__ x\n") == ":1: expected a name behind __label__, found none");
}

TEST_CASE("one file a class") {
  const TemporaryDirectory directory;
  const auto neg = directory.file("n", "bad \nsad\n");
  const auto pos = directory.file("p", "good");
  const auto data = load_dataset("pos=" + pos + ",neg=" + neg);
  CHECK(data.texts == Texts{"good", "bad ", "sad"});
  CHECK(data.labels == Ids{1, 0, 0});
  CHECK(data.form == "2 files, one a class, one text a line");
  CHECK(error_of<FormatError>([&] { load_dataset("pos=" + pos + ",neg"); }) ==
        "pos=" + pos + ",neg: expected NAME=FILE,NAME=FILE, found \"neg\"");
  CHECK(contains(error_of<FormatError>([&] { load_dataset("a=" + pos + ",a=" + neg); }),
                 "found \"a\" twice"));
  const auto gap = directory.file("g", "x\n\ny\n");
  CHECK(error_of<FormatError>([&] { load_dataset("a=" + gap + ",b=" + neg); }) ==
        gap + ":2: expected a text, found an empty line");
}

TEST_CASE("a directory with a sub-directory for each class, read in sorted order") {
  const TemporaryDirectory directory;
  directory.file("train/pos/1_9.txt", "good<br />film\n");
  directory.file("train/pos/0_8.txt", "fine");
  directory.file("train/neg/0_1.txt", "bad");
  directory.file("train/neg/note.md", "no text");
  directory.file("train/unsup/0_0.txt", "what");
  directory.file("train/urls.txt", "beside");
  const Warnings warnings;
  const auto data = load_dataset(directory / "train");
  CHECK(data.texts == Texts{"bad", "fine", "good<br />film"});
  CHECK(data.labels == Ids{0, 1, 1});
  CHECK(data.form == "directory with a .txt file for each text, classes neg, pos");
  REQUIRE(warnings.all.size() == 2);
  CHECK(warnings.all[0] ==
        directory / "train/neg" + ": entries left out that are no .txt files: 1");
  CHECK(warnings.all[1] == directory / "train/unsup" + ": left out, its texts have no labels");
  CHECK(contains(error_of<FormatError>([&] { load_dataset(directory.path()); }),
                 "expected the .txt files of a class, found the directory \"neg\"; give the "
                 "directory whose sub-directories are the classes (such as train)"));
}

TEST_CASE("gzip files read as plain ones do") {
  const TemporaryDirectory directory;
  const std::string path = directory / "d.csv.gz";
  const std::string content = "text,label\n\"a, b\",1\n";
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  CHECK(load_dataset(path).texts == Texts{"a, b"});
}

TEST_CASE("numeric labels are sorted as numbers, others by their bytes") {
  CHECK(load("10 a\n9 b\n-1 c\n10 d\n").label_names == Names{"-1", "9", "10"});
  CHECK(load("10 a\n9 b\nx c\n10 d\n9 e\nx f\n").label_names == Names{"10", "9", "x"});
}

TEST_CASE("a second file takes the numbers of the first one's labels, new ones behind, reported") {
  const TemporaryDirectory directory;
  const auto path = directory.file("dev", "c x\nb y\na z\nc x\nb y\na z\n");
  const Warnings warnings;
  const auto data = load_dataset(path, {}, {"b", "z"});
  CHECK(data.label_names == Names{"b", "z", "a", "c"});
  CHECK(data.labels == Ids{3, 0, 2, 3, 0, 2});
  CHECK(warnings.all == Names{path + ": labels that the training data does not have: a, c"});
  CHECK_THROWS_AS(load_dataset(path, {}, {"b", "b"}), std::invalid_argument);
}

TEST_CASE("texts that are not UTF-8 are counted, and one is shown") {
  const TemporaryDirectory directory;
  // Latin-1; a surrogate in UTF-8; a character cut short behind eight that are whole.
  const std::string path = directory.file(
      "latin1", "a caf\xE9\nb fine \xC3\xA9t\xC3\xA9\na \xED\xA0\x80\nb 1234567890\xE2\x82\n");
  const Warnings warnings;
  CHECK(load_dataset(path, {.form = DatasetForm::label_text}).texts.size() == 4);
  CHECK(warnings.all ==
        Names{path +
              ": texts that are not UTF-8: 3 of 4, the first is \"caf\xE9\"; of Latin-1 files "
              "\"iconv -f latin1 -t utf-8\" makes some that are"});
}

TEST_CASE("broken lines are refused with the line, what was expected and found") {
  CHECK(load_error("") == ": expected labelled texts, found an empty file");
  CHECK(load_error("\xEF\xBB\xBF") == ": expected labelled texts, found an empty file");
  CHECK(load_error("1 a\n0 b\n\n1 c\n") == ":3: expected LABEL TEXT, found an empty line");
  CHECK(load_error("1 a\n0 b\n1 d\n c\n") == ":4: expected a label, found a space");
  CHECK(load_error("1 a\n0 b\n1 d\n0\n") == ":4: expected LABEL TEXT, found no space in \"0\"");
  CHECK(load_error("label\ttext\n1\ta\n0\n") ==
        ":3: expected 2 columns, as on the first line, found 1");
  CHECK(load_error("label\ttext\n1\ta\tb\n") ==
        ":2: expected 2 columns, as on the first line, found 3");
  CHECK(load_error("label\ttext\n\n1\ta\n") == ":2: expected columns, found an empty line");
  CHECK(load_error("label\ttext\n1\ta\n\tb\n") ==
        ":3: expected a label in column 1, found it empty");
  CHECK(load_error("label\ttext\n") == ":2: expected data behind the header, found none");
  CHECK(load_error("one\ntwo\n", {.form = DatasetForm::tsv}) ==
        ":1: expected a column for the label and one for the text, found 1");
}

TEST_CASE("broken CSV is refused with the line") {
  const DatasetOptions csv{.form = DatasetForm::csv};
  CHECK(load_error("text,label\n\"a\nb\",1\n\"c,0\n", csv) ==
        ":4: expected a closing quote, found the end of the file");
  CHECK(load_error("text,label\n\"a\"b,1\n", csv) ==
        ":2: expected a comma or a line end behind the closing quote, found \"b\" (a quote inside "
        "quotes is written twice)");
  CHECK(load_error("text,label\n\"a\nb\",1\nc\n", csv) ==
        ":4: expected 2 columns, as on the first line, found 1");
  CHECK(load_error("text,label\na,1\n\nb,0\n", csv) == ":3: expected columns, found an empty line");
  CHECK(load_error("text,label\na,\n", csv) == ":2: expected a label in column 2, found it empty");
}

TEST_CASE("a file whose form is not clear is refused with the option that settles it") {
  const std::string plain = load_error("a fine film\nmy worst day\nno labels here\n");
  CHECK(contains(plain, ":1: the form of the file is not clear: no label before a space"));
  CHECK(contains(plain, "option form (label-text, tsv, csv, fasttext)"));
  CHECK(contains(load_error("1 a,x\n0 b,y\n1 c,x\n0 d,y\n"), "both LABEL TEXT and CSV fit"));
  CHECK(load("1 a,x\n0 b,y\n", {.form = DatasetForm::label_text}).texts == Texts{"a,x", "b,y"});
  CHECK(load_error("a\tb\nc\td\n") ==
        ":1: either of two columns could be the label: column 1 has 2 different values on 2 lines, "
        "column 2 has 2; name the columns with label_column and text_column");
  CHECK(load_error("a\tb\tc\n") ==
        ":1: found 3 columns, and not which of them is the label and which the text; name the "
        "columns with label_column and text_column");
  CHECK(load_error("label\tsentiment\ttext\n1\t2\tx\n") ==
        ":1: expected one column with the label, found both \"label\" and \"sentiment\"; name the "
        "columns with label_column and text_column");
}

TEST_CASE("a file that is not there is an error with its name") {
  CHECK(error_of<std::system_error>([] { load_dataset("no/such"); }) ==
        "no/such: cannot read: No such file or directory");
}

TEST_CASE("the real data sets are recognized") {
  const std::string data = TAPEGRAD_DATA_DIR;
  if (!std::filesystem::exists(data)) {
    WARN("no data in " << data);
    return;
  }
  // The numbers of texts are those of the data's own description.
  CHECK(load_dataset(data + "/sst2/stsa.binary.train").texts.size() == 6920);
  CHECK(load_dataset(data + "/sst2/glue.phrases.train.tsv").texts.size() == 67349);
  CHECK(load_dataset(data + "/imdb/imdb_test.tsv").texts.size() == 25000);
  const auto news = load_dataset(data + "/agnews/alps_test.tsv");
  CHECK(news.texts.size() == 7600);
  CHECK(news.label_names == Names{"Business", "Sci/Tech", "Sports", "World"});
  const auto mr =
      load_dataset("neg=" + data + "/mr/rt-polarity.neg,pos=" + data + "/mr/rt-polarity.pos");
  CHECK(mr.texts.size() == 10662);
}

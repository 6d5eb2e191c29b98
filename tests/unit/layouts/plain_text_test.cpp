#include "layouts/plain_text.hpp"

#include <gtest/gtest.h>

namespace portal::layouts {
namespace {

TEST(PlainText, BlocksBecomeParagraphs) {
  EXPECT_EQ(to_plain_text("<p>One\n  two</p>\n<p>three<br>four</p><div>five</div><div>six</div>"),
            "One two\n\nthree\nfour\n\nfive\nsix\n");
  EXPECT_EQ(to_plain_text("<h1>Title</h1><ul><li>a</li><li>b <b>bold</b></li></ul>end"),
            "Title\n\n- a\n- b bold\n\nend\n");
  EXPECT_EQ(to_plain_text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"), "a b\nc\n");
  EXPECT_EQ(to_plain_text("a<hr>b"), "a\n\n----\n\nb\n");
  EXPECT_EQ(to_plain_text("<pre>a\n  b</pre>"), "a\n  b\n");
  EXPECT_EQ(to_plain_text("a<br><br>b"), "a\n\nb\n");
  EXPECT_EQ(to_plain_text(""), "");
}

TEST(PlainText, LinksSayWhereTheyLead) {
  EXPECT_EQ(to_plain_text("<p><a href=\"https://a.example/x?a=1&amp;b=2\">Set up</a>, please</p>"),
            "Set up <https://a.example/x?a=1&b=2>, please\n");
  EXPECT_EQ(to_plain_text("<a href='https://a.example/'>https://a.example/</a>"), "https://a.example/\n");
  EXPECT_EQ(to_plain_text("<a href=\"mailto:a@b.example\">a@b.example</a> <a href=\"tel:+44\">call</a>"),
            "a@b.example call <+44>\n");
  EXPECT_EQ(to_plain_text("<a href=\"https://a.example/\"><img src=\"https://b\" alt=\"\"></a>"),
            "https://a.example/\n");
}

TEST(PlainText, ReadsReferencesToCharacters) {
  EXPECT_EQ(to_plain_text("&lt;b&gt; &amp;amp; &quot;&#39;&#x20AC;&euro;&nbsp;x"), "<b> &amp; \"'€€ x\n");
  EXPECT_EQ(to_plain_text("&unknown; &#0; &#xD800; &#1114112; & &#10;x"),
            "&unknown; &#0; &#xD800; &#1114112; & &#10;x\n");
  EXPECT_EQ(to_plain_text("a < b"), "a < b\n");
}

}  // namespace
}  // namespace portal::layouts

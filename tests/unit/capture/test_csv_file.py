"""CSV files of leads: spellings of columns, delimiters, encodings, wrong rows, and that they stream."""

import tracemalloc
from pathlib import Path

import pytest

from stacklead.capture.csv_file import UnreadableFile, read_csv

NOW_S = 1_800_000_000.0


def read(tmp_path: Path, content: str | bytes) -> list:
    file = tmp_path / "leads.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_csv(file, NOW_S))


@pytest.mark.parametrize(
    "content",
    [
        "email,first_name,company,company_website\njo@a.example,Jo,Acme,a.example\n",
        "E-mail,First Name,Company,Website\njo@a.example,Jo,Acme,a.example\n",
        "Company;Website;First name;E-Mail Address\nAcme;a.example;Jo;jo@a.example\n",
        "EMAIL\tFirstName\tCompany Name\tURL\r\njo@a.example\tJo\tAcme\ta.example\r\n",
        "\ufeffemail,Given Name,Organization,domain\n\njo@a.example,Jo,Acme,a.example",
    ],
    ids=["documented", "spelled", "semicolon", "tab", "byte order mark"],
)
def test_columns_are_found_by_their_common_names(tmp_path, content):
    (row,) = read(tmp_path, content)
    assert row.asked.email == "jo@a.example"
    assert row.asked.fields == {"first_name": "Jo", "company": "Acme", "company_website": "a.example"}


def test_unknown_columns_are_words_and_secrets_are_dropped(tmp_path):
    header = "email,Favourite colour,Password,Card,stage,api_key,capture_id"
    (row,) = read(tmp_path, f"{header}\njo@a.example,teal,hunter2,4111 1111 1111 1111,Customer,k,abcdefgh1\n")
    assert row.asked.words == {"Favourite colour": "teal", "Stage": "Customer"}
    assert row.asked.fields == {}
    assert row.asked.capture_id is None


def test_wrong_rows_have_line_and_reason_and_the_others_are_read(tmp_path):
    rows = read(tmp_path, 'email,name\nnobody,A\n,B\nJo@a.example,"Jo\nDoe"\njo@A.example,again\nmo@a.example,Mo\n')
    assert [(row.line, row.asked and row.asked.email, bool(row.reason), row.is_repeat) for row in rows] == [
        (2, None, True, False),
        (3, None, True, False),
        (4, "Jo@a.example", False, False),
        (6, None, False, True),
        (7, "mo@a.example", False, False),
    ]


def test_a_row_in_another_encoding_is_left_out_with_the_remedy(tmp_path):
    rows = read(tmp_path, b"email,name\na@a.example,Zo\xeb\nb@a.example,Bo\n")
    assert "UTF-8" in rows[0].reason
    assert rows[1].asked.email == "b@a.example"


def test_a_cell_beyond_all_bounds_costs_its_row_only(tmp_path):
    rows = read(tmp_path, f"email,name\na@a.example,{'x' * 200_000}\nb@a.example,Bo\n")
    assert rows[0].reason
    assert rows[-1].asked.email == "b@a.example"


@pytest.mark.parametrize("content", ["", "name,company\nJo,Acme\n", "jo@a.example,Jo\n", "a\0b\n"])
def test_a_file_without_addresses_is_refused_with_what_it_has(tmp_path, content):
    with pytest.raises(UnreadableFile, match="email"):
        read(tmp_path, content)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be read"):
        list(read_csv(tmp_path / "none.csv", NOW_S))


def test_a_long_file_needs_little_memory(tmp_path):
    file = tmp_path / "long.csv"
    with file.open("w") as lines:
        lines.write("email,name\n")
        lines.writelines(f"person{n}@company{n}.example,Person {'x' * 500}\n" for n in range(5_000))
    tracemalloc.start()
    try:
        count = sum(row.asked is not None for row in read_csv(file, NOW_S))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 5_000
    assert peak < 2_000_000  # the file has 2.6 MB, its addresses half of one

"""The grammar of COQL, for lark.

FROM and WHERE may be missing here although COQL wants them: Zoho then names the clause, which a mere "unexpected
token" could not. The same holds for a word after LIMIT, and for a leading NOT. Words of the language are reserved,
whatever the case of their letters; a field that is called like one goes in quotes.
"""

GRAMMAR = r"""
query: _SELECT selection from_? where? group_by? order_by? limits?

selection: selected ("," selected)*
selected: column -> plain
        | column _AS alias -> aliased
        | call -> plain
        | call _AS alias -> aliased
alias: _name
call: NAME "(" column ")"
column: _name ("." _name)*
_name: NAME | QUOTED | DOUBLE_QUOTED

from_: _FROM NAME ("#" NUMBER)?

where: _WHERE _criteria
_criteria: _one | conjunction | disjunction
disjunction: _or_part (_OR _or_part)+
_or_part: _one | conjunction
conjunction: _one (_AND _one)+
_one: "(" _criteria ")" | condition | negation
negation: NOT _one

?condition: column COMPARISON value -> comparison
         | column COMPARISON subquery -> comparison
         | column LIKE value -> comparison
         | column NOT LIKE value -> denied
         | column IN values -> membership
         | column NOT IN values -> no_membership
         | column BETWEEN value _AND value -> between
         | column NOT BETWEEN value _AND value -> not_between
         | column _IS NULL -> is_null
         | column _IS NOT NULL -> is_not_null
?values: "(" value ("," value)* ")" -> listed
       | subquery
subquery: "(" query ")"
value: QUOTED -> text
     | NUMBER -> number
     | TRUE -> true
     | FALSE -> false

group_by: _GROUP _BY column ("," column)*
order_by: _ORDER _BY ordering ("," ordering)*
ordering: column -> ascending
        | column _ASC -> ascending
        | column _DESC -> descending
limits: _LIMIT _amount -> limit
      | _LIMIT _amount "," _amount -> offset_limit
      | _LIMIT _amount _OFFSET _amount -> limit_offset
      | _OFFSET _amount -> offset
_amount: NUMBER | NAME | QUOTED

COMPARISON: "=" | "!=" | ">=" | "<=" | ">" | "<"
LIKE: "like"i
IN: "in"i
BETWEEN: "between"i
NULL: "null"i
NOT: "not"i
TRUE: "true"i
FALSE: "false"i
_SELECT: "select"i
_FROM: "from"i
_WHERE: "where"i
_GROUP: "group"i
_ORDER: "order"i
_BY: "by"i
_LIMIT: "limit"i
_OFFSET: "offset"i
_AS: "as"i
_AND: "and"i
_OR: "or"i
_IS: "is"i
_ASC: "asc"i
_DESC: "desc"i
NAME: /[a-z_$][a-z0-9_$]*/i
NUMBER: /-?[0-9]+(\.[0-9]+)?/
QUOTED: /'(?:[^']|'')*'/
DOUBLE_QUOTED: /"[^"]*"/
%ignore /\s+/
"""

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./Market.sol";

/// Sells items to whoever bids most until a block. It keeps the item and the highest bid until then.
contract Auction is Market {
    struct Sale {
        address seller;
        address nftAddress;
        uint256 tokenId;
        bool isErc721;
        uint256 endedAt;
        uint256 startedAt;
        address erc20Address;
        uint256 amount;
        uint256 endingPrice;
        address bidder;
        uint256 highestBid;
    }

    mapping(string => Sale) private _sales;
    /// The fee when the auction began.
    mapping(string => uint256) private _fees;
    /// What could not be sent back, by token (zero for coins) and account.
    mapping(address => mapping(address => uint256)) public owed;

    event AuctionCreated(
        bool indexed isErc721,
        address indexed nftAddress,
        uint256 indexed tokenId,
        string id,
        uint256 amount,
        address erc20Address,
        uint256 endedAt
    );
    event AuctionBid(address indexed buyer, uint256 indexed amount, string id);
    event AuctionSettled(string id);
    event AuctionCancelled(string id);

    error TooEarly();
    error TooLate();
    error BidTooLow();

    constructor(uint256 fee, address feeRecipient) Market(fee, feeRecipient) {}

    function getAuctionFee() external view returns (uint256) {
        return _fee;
    }

    function getAuctionFeeRecipient() external view returns (address) {
        return _feeRecipient;
    }

    function setAuctionFee(uint256 fee) external onlyOwner {
        _setFee(fee);
    }

    function setAuctionFeeRecipient(address recipient) external onlyOwner {
        _setFeeRecipient(recipient);
    }

    function getAuction(string calldata id) external view returns (Sale memory) {
        return _sales[id];
    }

    function getOpenAuctions() external view returns (string[] memory) {
        return _openIds();
    }

    /// The seller offers an item that this contract may take, until the block `endedAt`.
    function createAuction(
        string memory id,
        bool isErc721,
        address nftAddress,
        uint256 tokenId,
        address seller,
        uint256 amount,
        uint256 endedAt,
        address erc20Address
    ) external once {
        if (_sales[id].seller != address(0) || bytes(id).length == 0) revert IdTaken();
        if (endedAt <= block.number) revert TooLate();
        _checkAmount(isErc721, amount);
        _checkActsFor(seller);
        Sale storage sale = _sales[id];
        sale.seller = seller;
        sale.nftAddress = nftAddress;
        sale.tokenId = tokenId;
        sale.isErc721 = isErc721;
        sale.endedAt = endedAt;
        sale.startedAt = block.number;
        sale.erc20Address = erc20Address;
        sale.amount = amount;
        _fees[id] = _fee;
        _add(id);
        _moveItem(isErc721, nftAddress, seller, address(this), tokenId, amount);
        emit AuctionCreated(isErc721, nftAddress, tokenId, id, amount, erc20Address, endedAt);
    }

    /// Bids, the fee included. The bid before is sent back.
    function bid(string memory id, uint256 bidValue) external payable once {
        Sale storage sale = _bidding(id, bidValue);
        if (msg.value != (sale.erc20Address == address(0) ? bidValue : 0)) revert PaymentWrong();
        _bid(sale, id, bidValue, msg.sender);
    }

    /// Bids for somebody who lets this contract take the tokens.
    function bidForExternalBidder(string memory id, uint256 bidValue, address bidder) external once {
        Sale storage sale = _bidding(id, bidValue);
        if (sale.erc20Address == address(0)) revert PaymentWrong();
        _checkActsFor(bidder);
        _bid(sale, id, bidValue, bidder);
    }

    /// Everyone may end an auction whose last block has passed.
    function settleAuction(string memory id) external payable once {
        if (msg.value != 0) revert PaymentWrong();
        Sale storage sale = _sales[id];
        if (_isOpen(id) && block.number <= sale.endedAt) revert TooEarly();
        _remove(id);
        address to = sale.bidder == address(0) ? sale.seller : sale.bidder;
        if (sale.bidder != address(0)) {
            sale.endingPrice = sale.highestBid;
            uint256 price = (sale.highestBid * WHOLE) / (WHOLE + _fees[id]);
            _return(sale.erc20Address, sale.seller, price);
            _return(sale.erc20Address, _feeRecipient, sale.highestBid - price);
        }
        _moveItem(sale.isErc721, sale.nftAddress, address(this), to, sale.tokenId, sale.amount);
        emit AuctionSettled(id);
    }

    /// The seller or the owner ends an auction without a sale, at most in its last block: later the highest bid has won.
    function cancelAuction(string memory id) external payable once {
        if (msg.value != 0) revert PaymentWrong();
        Sale storage sale = _sales[id];
        if (sale.bidder != address(0) && block.number > sale.endedAt) revert TooLate();
        _remove(id);
        if (msg.sender != owner) _checkActsFor(sale.seller);
        if (sale.bidder != address(0)) _return(sale.erc20Address, sale.bidder, sale.highestBid);
        _moveItem(sale.isErc721, sale.nftAddress, address(this), sale.seller, sale.tokenId, sale.amount);
        emit AuctionCancelled(id);
    }

    /// Fetches what could not be sent.
    function withdraw(address erc20Address) external once {
        uint256 amount = owed[erc20Address][msg.sender];
        owed[erc20Address][msg.sender] = 0;
        if (erc20Address == address(0)) _payCoins(msg.sender, amount);
        else _payTokens(erc20Address, msg.sender, amount);
    }

    function _bidding(string memory id, uint256 bidValue) private view returns (Sale storage sale) {
        if (!_isOpen(id)) revert NotOpen();
        sale = _sales[id];
        if (block.number > sale.endedAt) revert TooLate();
        if (bidValue <= sale.highestBid) revert BidTooLow();
    }

    function _bid(Sale storage sale, string memory id, uint256 bidValue, address bidder) private {
        (address before, uint256 amount) = (sale.bidder, sale.highestBid);
        (sale.bidder, sale.highestBid) = (bidder, bidValue);
        if (sale.erc20Address != address(0)) _takeTokens(sale.erc20Address, bidder, bidValue);
        if (before != address(0)) _return(sale.erc20Address, before, amount);
        emit AuctionBid(bidder, bidValue, id);
    }

    /// An account that refuses coins or tokens cannot stop the others: it fetches them with `withdraw`.
    function _return(address erc20Address, address to, uint256 amount) private {
        if (amount == 0) return;
        bool done;
        if (erc20Address == address(0)) {
            (done,) = to.call{value: amount, gas: 50000}("");
        } else {
            bytes memory answer;
            (done, answer) = erc20Address.call(abi.encodeWithSelector(0xa9059cbb, to, amount));
            if (done && answer.length != 0) done = abi.decode(answer, (bool));
        }
        if (!done) owed[erc20Address][to] += amount;
    }
}
